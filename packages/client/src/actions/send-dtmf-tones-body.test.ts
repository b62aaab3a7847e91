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

/** Whatever a program without types could ask for. */
const bodyOf = (request: unknown): SendDtmfTonesBody => createSendDtmfTonesBody(request as SendDtmfTonesRequest);
const tonesOf = (tones: unknown): readonly Tone[] => bodyOf({ tones }).tones;

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

const tone = fc.constantFrom(...TONES);

describe("tones", () => {
  it("may be keys", () => {
    expect(tonesOf("12 #*A-!")).toEqual(["tone1", "tone2", "pound", "star", "a", "flash"]);
  });

  it("may be a list of tones, and none is too many", () => {
    fc.assert(
      fc.property(fc.array(tone, { minLength: 1 }), (list) => {
        expect(tonesOf(list)).toEqual(list);
      }),
    );
    const many = parseTones("0123456789".repeat(1_000));
    expect(tonesOf(many)).toEqual(many);
  });

  it("may be secret", () => {
    expect(tonesOf(secretTones("4711#"))).toEqual(["tone4", "tone7", "tone1", "tone1", "pound"]);
  });

  it("may be frozen", () => {
    expect(tonesOf(Object.freeze(["star"]))).toEqual(["star"]);
  });

  it("are a copy: what the caller does to the list later changes nothing", () => {
    const list: Tone[] = ["tone1", "tone2"];
    const { tones } = bodyOf({ tones: list });
    list.push("tone3");
    expect(tones).toEqual(["tone1", "tone2"]);
  });

  it("mean the same in each of their forms", () => {
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
  it("is played by sequenceId, whatever place the tones have in the list", () => {
    const infos: ToneInfo[] = [
      { sequenceId: 10, tone: "pound" },
      { sequenceId: -3, tone: "tone1" },
      { sequenceId: 9, tone: "tone3" },
      { sequenceId: 0, tone: "tone2" },
    ];
    expect(tonesOf(infos)).toEqual(["tone1", "tone2", "tone3", "pound"]);
  });

  it("is played in its own order where the numbers are equal", () => {
    const infos = ["star", "tone1", "pound"].map((tone) => ({ sequenceId: 1, tone }));
    expect(tonesOf(infos)).toEqual(["star", "tone1", "pound"]);
  });

  it("is left as it was", () => {
    const infos = [
      { sequenceId: 2, tone: "b" },
      { sequenceId: 1, tone: "a" },
    ];
    tonesOf(infos);
    expect(infos.map(({ tone }) => tone)).toEqual(["b", "a"]);
  });

  it("sends the tones alone", () => {
    expect(JSON.stringify(bodyOf({ tones: [{ sequenceId: 1, tone: "star", extra: true }] }))).toBe(
      '{"tones":["star"]}',
    );
  });

  it.each([
    ["a number beyond what JavaScript counts exactly", { sequenceId: 2 ** 53, tone: "tone1" }],
    ["a fraction", { sequenceId: 1.5, tone: "tone1" }],
    ["NaN", { sequenceId: Number.NaN, tone: "tone1" }],
    ["a number as text", { sequenceId: "2", tone: "tone1" }],
    ["no number", { tone: "tone1" }],
    ["no tone", { sequenceId: 2 }],
    ["a key instead of a tone", { sequenceId: 2, tone: "1" }],
    ["a tone that is an object", { sequenceId: 2, tone: { toString: (): string => "tone1" } }],
    ["a tone among them", "tone1"],
    ["null", null],
    ["a list", ["tone1"]],
  ])("is refused with the position of what is wrong: %s", (_, wrong) => {
    const error = thrownBy(() => tonesOf([{ sequenceId: 1, tone: "star" }, wrong]));
    expect(error).toBeInstanceOf(InvalidTonesError);
    expect(error).toMatchObject({ code: "invalid_tones", index: 1 });
  });
});

describe("what is no tones", () => {
  it.each([
    ["nothing", undefined],
    ["null", null],
    ["an empty text", ""],
    ["separators alone", " -().- "],
    ["an empty list", []],
    ["secret tones of none", secretTones("")],
    ["a number", 4711],
    ["an object", {}],
    ["a set", new Set(["tone1"])],
    ["an array-like", { length: 1, 0: "tone1" }],
    ["a function", () => ["tone1"]],
    ["a String object", Object("12")],
    ["what only looks secret", { length: 4, reveal: () => ["tone1"] }],
  ])("is refused before anything else: %s", (_, tones) => {
    expect(thrownBy(() => tonesOf(tones))).toMatchObject({ name: "InvalidTonesError", code: "invalid_tones" });
  });

  it.each([
    ["letters of a keypad", "1-800-FLOWERS", 6],
    ["a pause", "1,2", 1],
    ["digits of another script", "1٢", 1],
    ["an emoji key", "1#️⃣", 2],
    ["a line break", "1\n2", 1],
  ])("is refused with its position: %s", (_, tones, index) => {
    expect(thrownBy(() => tonesOf(tones))).toMatchObject({ code: "invalid_tones", index });
  });

  it.each([
    ["a key", ["star", "1"], 1],
    ["another spelling", ["Tone1"], 0],
    ["undefined", ["star", undefined], 1],
    ["a list", ["star", ["star"]], 1],
    ["a ToneInfo after tones", ["star", { sequenceId: 1, tone: "star" }], 1],
    ["a String object", ["star", Object("star")], 1],
  ])("is refused in a list with its position: %s", (_, tones, index) => {
    expect(thrownBy(() => tonesOf(tones))).toMatchObject({ code: "invalid_tones", index });
  });

  it("never appears in the error", () => {
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
        // Positions of a stack have digits too.
        const said = printed.replaceAll(/:\d+:\d+/g, "");
        for (const digits of JSON.stringify(tones).match(/\d{4,}/g) ?? []) expect(said).not.toContain(digits);
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
    ["within", withHole(["tone1", "star", "tone2"], 1)],
    [
      "between ToneInfo",
      withHole(
        [1, 2, 3].map((sequenceId) => ({ sequenceId, tone: "star" })),
        1,
      ),
    ],
    ["and nothing else", new Array(3)],
  ])("is refused: a hole %s would be sent as null", (_, tones) => {
    expect(thrownBy(() => tonesOf(tones))).toMatchObject({ code: "invalid_tones" });
  });
});

describe("a list that says something else each time it is read", () => {
  /** Gives the tone the first time, then what is none. */
  const fickle = (): (() => unknown) => {
    let reads = 0;
    return () => (reads++ === 0 ? "tone1" : "4711");
  };

  it("sends what was checked, of tones behind getters", () => {
    const list = Object.defineProperty(["star", "star"], 1, { get: fickle() });
    expect(tonesOf(list)).toEqual(["star", "tone1"]);
  });

  it("sends what was checked, of tones behind a proxy", () => {
    const get = fickle();
    const list = new Proxy(["star"], {
      get: (target, key, all) => (key === "0" ? get() : Reflect.get(target, key, all)),
    });
    expect(tonesOf(list)).toEqual(["tone1"]);
  });

  it("sends what was checked, of ToneInfo behind getters", () => {
    const info = Object.defineProperty({ sequenceId: 1 }, "tone", { get: fickle() });
    expect(tonesOf([info])).toEqual(["tone1"]);
  });

  it("sends what was checked, of secrets of another copy of the package", () => {
    const foreign = (reveal: () => unknown): unknown => ({
      [Symbol.for("@graph-dtmf/models.secretTones")]: true,
      reveal,
    });
    expect(tonesOf(foreign(() => ["star"]))).toEqual(["star"]);
    expect(thrownBy(() => tonesOf(foreign(() => ["4711"])))).toMatchObject({ code: "invalid_tones", index: 0 });
  });
});

describe("delayBetweenTonesMs", () => {
  it("is not sent unless it is given", () => {
    expect(Object.keys(bodyOf({ tones: "1" }))).toEqual(["tones"]);
    expect(Object.keys(bodyOf({ tones: "1", delayBetweenTonesMs: undefined }))).toEqual(["tones"]);
  });

  it.each([0, 1, 250, 2 ** 31 - 1])("is sent as it was given: %i", (delayBetweenTonesMs) => {
    expect(bodyOf({ tones: "1", delayBetweenTonesMs })).toEqual({ tones: ["tone1"], delayBetweenTonesMs });
  });

  it("is sent as 0 where it is -0", () => {
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

describe("a request", () => {
  it.each([undefined, null, "4711#", 4711, ["tone1"], () => ({ tones: "1" })])(
    "is refused unless it is an object",
    (request) => {
      const error = thrownBy(() => bodyOf(request));
      expect(error).toMatchObject({ code: "invalid_request" });
      expect((error as Error).message).not.toContain("4711");
    },
  );

  it("of other members sends none of them", () => {
    expect(Object.keys(bodyOf({ tones: "1", clientContext: "mine", toString: 1, retry: true }))).toEqual(["tones"]);
  });
});

describe("types", () => {
  it("take each form, and nothing that is none", () => {
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
