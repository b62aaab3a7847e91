import { inspect } from "node:util";
import {
  formatTones,
  InvalidRequestError,
  InvalidTonesError,
  parseTones,
  type SecretTones,
  secretTones,
  TONES,
  type Tone,
  type ToneInfo,
} from "@graph-dtmf/models";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  createSendDtmfTonesBody,
  type SendDtmfTonesBody,
  type SendDtmfTonesRequest,
  type TonesInput,
} from "./send-dtmf-tones-body.ts";

/** Builds a body from any value, as JavaScript callers could. */
const bodyOf = (request: unknown): SendDtmfTonesBody => createSendDtmfTonesBody(request as SendDtmfTonesRequest);
const tonesOf = (tones: unknown): readonly Tone[] => bodyOf({ tones }).tones;

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

const tone = fc.constantFrom(...TONES);

describe("tones", () => {
  it("accepts keys", () => {
    expect(tonesOf("12 #*A-!")).toEqual(["tone1", "tone2", "pound", "star", "a", "flash"]);
  });

  it("accepts a list of tones of any length", () => {
    fc.assert(
      fc.property(fc.array(tone, { minLength: 1 }), (list) => {
        expect(tonesOf(list)).toEqual(list);
      }),
    );
    const many = parseTones("0123456789".repeat(1_000));
    expect(tonesOf(many)).toEqual(many);
  });

  it("accepts secret tones", () => {
    expect(tonesOf(secretTones("4711#"))).toEqual(["tone4", "tone7", "tone1", "tone1", "pound"]);
  });

  it("accepts frozen lists", () => {
    expect(tonesOf(Object.freeze(["star"]))).toEqual(["star"]);
  });

  it("copies the list, so later changes have no effect", () => {
    const list: Tone[] = ["tone1", "tone2"];
    const { tones } = bodyOf({ tones: list });
    list.push("tone3");
    expect(tones).toEqual(["tone1", "tone2"]);
  });

  it("gives the same result for every form of the same tones", () => {
    fc.assert(
      fc.property(fc.array(tone, { minLength: 1 }), (list) => {
        const infos = list.map((tone, index) => ({ sequenceId: index + 1, tone }));
        for (const form of [formatTones(list), secretTones(list), infos, infos.toReversed()]) {
          expect(tonesOf(form)).toEqual(list);
        }
      }),
    );
  });
});

describe("a list of ToneInfo", () => {
  it("is sorted by sequenceId", () => {
    const infos: ToneInfo[] = [
      { sequenceId: 10, tone: "pound" },
      { sequenceId: -3, tone: "tone1" },
      { sequenceId: 9, tone: "tone3" },
      { sequenceId: 0, tone: "tone2" },
    ];
    expect(tonesOf(infos)).toEqual(["tone1", "tone2", "tone3", "pound"]);
  });

  it("keeps its order for equal sequenceIds", () => {
    const infos = ["star", "tone1", "pound"].map((tone) => ({ sequenceId: 1, tone }));
    expect(tonesOf(infos)).toEqual(["star", "tone1", "pound"]);
  });

  it("is not modified", () => {
    const infos = [
      { sequenceId: 2, tone: "b" },
      { sequenceId: 1, tone: "a" },
    ];
    tonesOf(infos);
    expect(infos.map(({ tone }) => tone)).toEqual(["b", "a"]);
  });

  it("sends only the tones", () => {
    expect(JSON.stringify(bodyOf({ tones: [{ sequenceId: 1, tone: "star", extra: true }] }))).toBe(
      '{"tones":["star"]}',
    );
  });

  it.each([
    ["a sequenceId above the safe integers", { sequenceId: 2 ** 53, tone: "tone1" }],
    ["a fraction as sequenceId", { sequenceId: 1.5, tone: "tone1" }],
    ["NaN as sequenceId", { sequenceId: Number.NaN, tone: "tone1" }],
    ["a string as sequenceId", { sequenceId: "2", tone: "tone1" }],
    ["no sequenceId", { tone: "tone1" }],
    ["no tone", { sequenceId: 2 }],
    ["a key instead of a tone", { sequenceId: 2, tone: "1" }],
    ["an object as tone", { sequenceId: 2, tone: { toString: (): string => "tone1" } }],
    ["a tone between ToneInfo", "tone1"],
    ["null", null],
    ["a list", ["tone1"]],
  ])("is refused with the position of the invalid element: %s", (_, wrong) => {
    const error = thrownBy(() => tonesOf([{ sequenceId: 1, tone: "star" }, wrong]));
    expect(error).toBeInstanceOf(InvalidTonesError);
    expect(error).toMatchObject({ code: "invalid_tones", index: 1 });
  });
});

describe("invalid tones", () => {
  it.each([
    ["undefined", undefined],
    ["null", null],
    ["an empty string", ""],
    ["only separators", " -().- "],
    ["an empty list", []],
    ["empty secret tones", secretTones("")],
    ["a number", 4711],
    ["an object", {}],
    ["a set", new Set(["tone1"])],
    ["an array-like object", { length: 1, 0: "tone1" }],
    ["a function", () => ["tone1"]],
    ["a String object", Object("12")],
    ["an object with a reveal method", { length: 4, reveal: () => ["tone1"] }],
  ])("are refused: %s", (_, tones) => {
    expect(thrownBy(() => tonesOf(tones))).toMatchObject({ name: "InvalidTonesError", code: "invalid_tones" });
  });

  it.each([
    ["letters of a keypad", "1-800-FLOWERS", 6],
    ["a pause", "1,2", 1],
    ["digits of another script", "1٢", 1],
    ["an emoji key", "1#️⃣", 2],
    ["a line break", "1\n2", 1],
  ])("are refused with their position: %s", (_, tones, index) => {
    expect(thrownBy(() => tonesOf(tones))).toMatchObject({ code: "invalid_tones", index });
  });

  it.each([
    ["a key", ["star", "1"], 1],
    ["another spelling", ["Tone1"], 0],
    ["undefined", ["star", undefined], 1],
    ["a list", ["star", ["star"]], 1],
    ["a ToneInfo between tones", ["star", { sequenceId: 1, tone: "star" }], 1],
    ["a String object", ["star", Object("star")], 1],
  ])("are refused in a list with their position: %s", (_, tones, index) => {
    expect(thrownBy(() => tonesOf(tones))).toMatchObject({ code: "invalid_tones", index });
  });

  it("never appear in the error", () => {
    const wrong = fc.oneof(
      fc.stringMatching(/^[0-9]{4,8}x$/),
      fc.array(fc.stringMatching(/^[0-9]{4,8}$/), { minLength: 1 }),
      fc.array(fc.record({ sequenceId: fc.constant(1), tone: fc.stringMatching(/^[0-9]{4,8}$/) }), { minLength: 1 }),
    );
    fc.assert(
      fc.property(wrong, (tones) => {
        const printed = inspect(
          thrownBy(() => tonesOf(tones)),
          { depth: null, showHidden: true },
        );
        // Line numbers in a stack contain digits too.
        const text = printed.replaceAll(/:\d+:\d+/g, "");
        for (const digits of JSON.stringify(tones).match(/\d{4,}/g) ?? []) expect(text).not.toContain(digits);
      }),
    );
  });
});

describe("a list with holes", () => {
  function withHole(list: unknown[], index: number): unknown[] {
    delete list[index];
    return list;
  }

  it.each([
    ["at its start", withHole(["star", "tone1"], 0)],
    ["in its middle", withHole(["tone1", "star", "tone2"], 1)],
    [
      "between ToneInfo",
      withHole(
        [1, 2, 3].map((sequenceId) => ({ sequenceId, tone: "star" })),
        1,
      ),
    ],
    ["and no elements", new Array(3)],
  ])("is refused, because a hole would be sent as null: %s", (_, tones) => {
    expect(thrownBy(() => tonesOf(tones))).toMatchObject({ code: "invalid_tones" });
  });
});

describe("a list that returns other values when it is read again", () => {
  /** Returns the tone the first time, and then an invalid value. */
  const fickle = (): (() => unknown) => {
    let reads = 0;
    return () => (reads++ === 0 ? "tone1" : "4711");
  };

  it("sends the checked tones of getters", () => {
    const list = Object.defineProperty(["star", "star"], 1, { get: fickle() });
    expect(tonesOf(list)).toEqual(["star", "tone1"]);
  });

  it("sends the checked tones of a proxy", () => {
    const get = fickle();
    const list = new Proxy(["star"], {
      get: (target, key, all) => (key === "0" ? get() : Reflect.get(target, key, all)),
    });
    expect(tonesOf(list)).toEqual(["tone1"]);
  });

  it("sends the checked ToneInfo of getters", () => {
    const info = Object.defineProperty({ sequenceId: 1 }, "tone", { get: fickle() });
    expect(tonesOf([info])).toEqual(["tone1"]);
  });

  it("sends the checked secret tones of another copy of the package", () => {
    const foreign = (reveal: () => unknown): unknown => ({
      [Symbol.for("@graph-dtmf/models.secretTones")]: true,
      reveal,
    });
    expect(tonesOf(foreign(() => ["star"]))).toEqual(["star"]);
    expect(thrownBy(() => tonesOf(foreign(() => ["4711"])))).toMatchObject({ code: "invalid_tones", index: 0 });
  });
});

describe("delayBetweenTonesMs", () => {
  it("is sent only if it is given", () => {
    expect(Object.keys(bodyOf({ tones: "1" }))).toEqual(["tones"]);
    expect(Object.keys(bodyOf({ tones: "1", delayBetweenTonesMs: undefined }))).toEqual(["tones"]);
  });

  it.each([0, 1, 250, 2 ** 31 - 1])("is sent unchanged: %i", (delayBetweenTonesMs) => {
    expect(bodyOf({ tones: "1", delayBetweenTonesMs })).toEqual({ tones: ["tone1"], delayBetweenTonesMs });
  });

  it("is sent as 0 if it is -0", () => {
    expect(JSON.stringify(bodyOf({ tones: "1", delayBetweenTonesMs: -0 }))).toBe(
      '{"tones":["tone1"],"delayBetweenTonesMs":0}',
    );
  });

  it.each([
    [-1, "-1"],
    [1.5, "1.5"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [2 ** 31, "2147483648"],
    ["300", "string"],
    ["", "string"],
    [null, "object"],
    [true, "boolean"],
    [300n, "bigint"],
    [[300], "object"],
    [{ valueOf: () => 300 }, "object"],
  ])("is refused unless it is an Int32 of 0 or more: %s", (delayBetweenTonesMs, got) => {
    const error = thrownBy(() => bodyOf({ tones: "1", delayBetweenTonesMs }));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toMatchObject({
      code: "invalid_request",
      message: `delayBetweenTonesMs must be an integer from 0 to 2147483647, got ${got}`,
    });
  });
});

describe("the request", () => {
  it.each([undefined, null, "4711#", 4711, ["tone1"], () => ({ tones: "1" })])(
    "is refused unless it is an object",
    (request) => {
      const error = thrownBy(() => bodyOf(request));
      expect(error).toMatchObject({ code: "invalid_request" });
      expect((error as Error).message).not.toContain("4711");
    },
  );

  it("sends only its documented members", () => {
    expect(Object.keys(bodyOf({ tones: "1", clientContext: "mine", toString: 1, retry: true }))).toEqual(["tones"]);
  });
});

describe("types", () => {
  it("accept each form of tones and no other", () => {
    expectTypeOf<string | Tone[] | readonly Tone[] | ToneInfo[] | SecretTones>().toExtend<TonesInput>();
    expectTypeOf<number>().not.toExtend<TonesInput>();
    expectTypeOf<TonesInput>().not.toBeAny();
    expectTypeOf<SendDtmfTonesRequest["delayBetweenTonesMs"]>().toEqualTypeOf<number | undefined>();
    expectTypeOf(createSendDtmfTonesBody({ tones: "1" })).toEqualTypeOf<SendDtmfTonesBody>();
    // @ts-expect-error: a key is no tone.
    const keys: TonesInput = ["1"];
    expect(keys).toHaveLength(1);
  });
});
