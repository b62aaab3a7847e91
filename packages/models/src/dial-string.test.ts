import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { type DialStep, parseDialString } from "./dial-string.ts";
import { InvalidTonesError } from "./errors.ts";
import { parseTones, type Tone } from "./tone.ts";

const dialString = fc.stringMatching(/^[0-9*#A-Da-d! \-().,wW]*$/);

const tonesOf = (steps: readonly DialStep[]): Tone[] => steps.flatMap((step) => ("tones" in step ? step.tones : []));
const pauseOf = (steps: readonly DialStep[]): number =>
  steps.reduce((sum, step) => sum + ("pauseMs" in step ? step.pauseMs : 0), 0);

describe("parseDialString", () => {
  it("reads keys and pauses in order", () => {
    expect(parseDialString("1,2#")).toEqual([{ tones: ["tone1"] }, { pauseMs: 2000 }, { tones: ["tone2", "pound"] }]);
  });

  it.each([
    [",", 2000],
    ["W", 1000],
    ["w", 500],
    [",,wW", 5500],
    [", ,", 4000],
  ])("waits for %j as one pause of %d ms", (text, pauseMs) => {
    expect(parseDialString(text)).toEqual([{ pauseMs }]);
  });

  it("keeps a pause before the first key and after the last", () => {
    expect(parseDialString(",1w")).toEqual([{ pauseMs: 2000 }, { tones: ["tone1"] }, { pauseMs: 500 }]);
  });

  it("joins keys over separators", () => {
    expect(parseDialString("(1) 2-3")).toEqual([{ tones: ["tone1", "tone2", "tone3"] }]);
  });

  it.each(["", " - ()."])("returns no steps for %j", (text) => {
    expect(parseDialString(text)).toEqual([]);
  });

  it.each([
    ["1-800-FLOWERS", 6],
    ["1;2", 1],
    ["p12", 0],
    ["1,\n", 2],
    ["1\uD800", 1],
    ["toString", 0],
    ["+49", 0],
  ])("gives the position of the invalid character in %j", (text, index) => {
    expect(() => parseDialString(text)).toThrow(expect.objectContaining({ code: "invalid_tones", index }));
  });

  it.each([
    [null, "null"],
    [1234, "number"],
    [["tone1"], "array"],
  ])("names the type of a value that is no string (%#)", (value, name) => {
    expect(() => parseDialString(value as unknown as string)).toThrow(`a dial string must be a string, got ${name}`);
  });

  it("gives the same message for any two texts that fail at the same position", () => {
    const failure = (text: string): string => {
      try {
        parseDialString(text);
      } catch (error) {
        return inspect(error);
      }
      throw new Error("nothing was thrown");
    };
    const wrong = fc
      .string({ unit: "binary", minLength: 1, maxLength: 1 })
      .filter((unit) => !/[0-9*#A-Da-d! \-().,wW]/.test(unit));
    const text = fc
      .tuple(fc.string({ unit: fc.constantFrom(..."0123456789*#,wW"), minLength: 6, maxLength: 6 }), wrong, fc.string())
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [ofOne, ofOther] = [one, other].map(failure);
        expect(ofOne).toBe(ofOther);
      }),
    );
  });

  it("presses every key of the text, in order", () => {
    fc.assert(
      fc.property(dialString, (text) => {
        expect(tonesOf(parseDialString(text))).toEqual(parseTones(text.replace(/[,wW]/g, "")));
      }),
    );
  });

  it("waits for every pause of the text", () => {
    const count = (text: string, character: string) => text.split(character).length - 1;
    fc.assert(
      fc.property(dialString, (text) => {
        expect(pauseOf(parseDialString(text))).toBe(
          2000 * count(text, ",") + 1000 * count(text, "W") + 500 * count(text, "w"),
        );
      }),
    );
  });

  it("alternates tones and pauses, without an empty step", () => {
    fc.assert(
      fc.property(dialString, (text) => {
        const steps = parseDialString(text);
        const kinds = steps.map((step) => ("tones" in step ? "tones" : "pause"));
        expect(kinds.filter((kind, index) => kind === kinds[index - 1])).toEqual([]);
        expect(steps.filter((step) => ("tones" in step ? step.tones.length : step.pauseMs) === 0)).toEqual([]);
      }),
    );
  });

  it("throws only InvalidTonesError, for any value", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), dialString, fc.anything()), (value) => {
        try {
          parseDialString(value as string);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidTonesError);
        }
      }),
    );
  });

  it("has steps that a member distinguishes", () => {
    const [step] = parseDialString("1");
    if (step && "tones" in step) expectTypeOf(step.tones).toEqualTypeOf<readonly Tone[]>();
    else if (step) expectTypeOf(step.pauseMs).toEqualTypeOf<number>();
    expectTypeOf(parseDialString).returns.toEqualTypeOf<DialStep[]>();
  });
});
