import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { InvalidTonesError } from "./errors.ts";
import { formatTones } from "./format-tones.ts";
import { checkTones, isSeparator, isTone, keyOfTone, parseTones, TONES, type Tone, toneOfKey } from "./tone.ts";

/** Written by hand, so that the order of both lists is tested. */
const PAIRS: readonly [key: string, tone: Tone][] = [
  ["0", "tone0"],
  ["1", "tone1"],
  ["2", "tone2"],
  ["3", "tone3"],
  ["4", "tone4"],
  ["5", "tone5"],
  ["6", "tone6"],
  ["7", "tone7"],
  ["8", "tone8"],
  ["9", "tone9"],
  ["*", "star"],
  ["#", "pound"],
  ["A", "a"],
  ["B", "b"],
  ["C", "c"],
  ["D", "d"],
  ["!", "flash"],
];

const keys = fc.stringMatching(/^[0-9*#A-Da-d! \-().]*$/);

/** The error that `act` throws. Fails the test if it throws none. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("TONES", () => {
  it("has every tone of Graph's schema, and no other", () => {
    expect([...TONES].sort()).toEqual(PAIRS.map(([, tone]) => tone).sort());
  });

  it("cannot be changed, since keys are found by index", () => {
    expect(Object.isFrozen(TONES)).toBe(true);
  });
});

describe("isTone", () => {
  it.each(TONES)("accepts %s", (tone) => {
    expect(isTone(tone)).toBe(true);
  });

  it.each(["Tone1", "tone10", "1", "", "hash", "toString", "__proto__", 1, null, undefined, ["tone1"], {}])(
    "rejects %j",
    (value) => {
      expect(isTone(value)).toBe(false);
    },
  );
});

describe("toneOfKey", () => {
  it.each(PAIRS)("finds the tone of %s", (key, tone) => {
    expect(toneOfKey(key)).toBe(tone);
  });

  it("accepts only these characters as keys, in either case", () => {
    const found: string[] = [];
    for (let unit = 0; unit <= 0xffff; unit++) {
      const character = String.fromCharCode(unit);
      if (toneOfKey(character)) found.push(character);
    }
    expect(found.join("")).toBe("!#*0123456789ABCDabcd");
  });

  it.each(["", "12", "AB"])("returns undefined for %j, which is not one character", (key) => {
    expect(toneOfKey(key)).toBeUndefined();
  });
});

describe("keyOfTone", () => {
  it.each(PAIRS)("returns %s", (key, tone) => {
    expect(keyOfTone(tone)).toBe(key);
  });
});

describe("isSeparator", () => {
  it.each([" ", "-", "(", ")", "."])("accepts %j", (character) => {
    expect(isSeparator(character)).toBe(true);
  });

  it.each(["", " -", "+", ",", "\t", "\n", "\u00A0", "–", "/"])("rejects %j", (character) => {
    expect(isSeparator(character)).toBe(false);
  });
});

describe("parseTones", () => {
  it("reads digits, star and pound", () => {
    expect(parseTones("12*#")).toEqual(["tone1", "tone2", "star", "pound"]);
  });

  it("reads letters in either case", () => {
    expect(parseTones("AbCd")).toEqual(["a", "b", "c", "d"]);
  });

  it("reads ! as flash", () => {
    expect(parseTones("!")).toEqual(["flash"]);
  });

  it("skips separators", () => {
    expect(parseTones("(12) 3-4.5")).toEqual(["tone1", "tone2", "tone3", "tone4", "tone5"]);
  });

  it.each(["", " - ()."])("returns no tones for %j", (text) => {
    expect(parseTones(text)).toEqual([]);
  });

  it.each([
    ["1,2", 1],
    ["w12", 0],
    ["+49", 0],
    ["123E", 3],
    ["12\n", 2],
    ["1２", 1],
    ["1\uD83D\uDE00", 1],
    ["1\uDC00", 1],
    ["((()))x", 6],
  ])("gives the position of the invalid key in %j", (text, index) => {
    expect(thrownBy(() => parseTones(text))).toMatchObject({ code: "invalid_tones", index });
  });

  it("gives the same message for any two texts that fail at the same position", () => {
    const wrong = fc
      .string({ unit: "binary", minLength: 1, maxLength: 1 })
      .filter((unit) => !/[0-9*#A-Da-d! \-().]/.test(unit));
    const text = fc
      .tuple(
        fc.string({ unit: fc.constantFrom(..."0123456789*#ABCD"), minLength: 6, maxLength: 6 }),
        wrong,
        fc.string(),
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [ofOne, ofOther] = [one, other].map((keys) => inspect(thrownBy(() => parseTones(keys))));
        expect(ofOne).toBe(ofOther);
      }),
    );
  });

  it.each([
    [null, "null"],
    [undefined, "undefined"],
    [42, "number"],
    [["tone1"], "array"],
    [new String("12"), "object"],
    [Symbol("12"), "symbol"],
  ])("names the type of a value that is no string (%#)", (value, name) => {
    expect(() => parseTones(value as unknown as string)).toThrow(`keys must be a string, got ${name}`);
  });

  it("throws only InvalidTonesError, for any value", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), keys, fc.anything()), (value) => {
        try {
          parseTones(value as string);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidTonesError);
        }
      }),
    );
  });

  it("reads a megabyte of keys", () => {
    expect(parseTones("1".repeat(2 ** 20))).toHaveLength(2 ** 20);
  });

  it("parses the output of formatTones", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TONES)), (tones) => {
        expect(parseTones(formatTones(tones))).toEqual(tones);
      }),
    );
  });

  it("changes only separators and letter case", () => {
    fc.assert(
      fc.property(keys, (text) => {
        expect(formatTones(parseTones(text))).toBe(text.replace(/[ \-().]/g, "").toUpperCase());
      }),
    );
  });
});

describe("checkTones", () => {
  it("returns the given list", () => {
    const tones = ["tone1", "flash"];
    expect(checkTones(tones)).toBe(tones);
  });

  it("accepts an empty list", () => {
    expect(checkTones([])).toEqual([]);
  });

  it.each([
    [["tone1", "1"], 1],
    [["Tone1"], 0],
    [[null], 0],
    [["tone1", ["tone2"]], 1],
    [new Array(3), 0],
  ])("gives the position of an invalid tone (%#)", (list, index) => {
    expect(thrownBy(() => checkTones(list))).toMatchObject({ code: "invalid_tones", index });
  });

  it("shows nothing of an invalid tone", () => {
    expect(() => checkTones(["4711"])).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("4711") }),
    );
  });

  it.each([
    ["12#", "string"],
    [null, "null"],
    [{ length: 0 }, "object"],
    [new Set(["tone1"]), "object"],
  ])("names the type of a value that is no list (%#)", (value, name) => {
    expect(() => checkTones(value)).toThrow(`tones must be a list, got ${name}`);
  });
});

describe("the types of tones", () => {
  it("are the union of what the schema lists", () => {
    expectTypeOf<Tone>().toEqualTypeOf<
      `tone${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}` | "star" | "pound" | "a" | "b" | "c" | "d" | "flash"
    >();
  });

  it("are narrowed by isTone", () => {
    const value: unknown = "star";
    if (isTone(value)) expectTypeOf(value).toEqualTypeOf<Tone>();
  });

  it("do not accept a list of tones as keys", () => {
    // @ts-expect-error: keys are a string
    expect(() => parseTones(["tone1"])).toThrow(InvalidTonesError);
  });
});
