import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { isRecord, toInt64, toInteger, toText, typeName } from "./json-value.ts";

describe("isRecord", () => {
  it.each([{}, { a: 1 }, Object.create(null), new Date(0)])("accepts an object (%#)", (value) => {
    expect(isRecord(value)).toBe(true);
  });

  it.each([null, undefined, [], "text", 1, true, () => ({})])("rejects any other value (%#)", (value) => {
    expect(isRecord(value)).toBe(false);
  });

  it("narrows a value to unknown members", () => {
    const value: unknown = {};
    if (isRecord(value)) expectTypeOf(value.anything).toBeUnknown();
  });
});

describe("toInteger", () => {
  it.each([
    [5001, 5001],
    ["5001", 5001],
    ["-1", -1],
    ["007", 7],
    [2 ** 53 - 1, 2 ** 53 - 1],
    ["9007199254740991", 2 ** 53 - 1],
  ])("reads %j as %d", (value, expected) => {
    expect(toInteger(value)).toBe(expected);
  });

  it.each([-0, "-0"])("reads a negative zero as zero (%#)", (value) => {
    expect(Object.is(toInteger(value), 0)).toBe(true);
  });

  it.each([
    1.5,
    "1.5",
    "0x10",
    "1e3",
    "1e21",
    1e21,
    "",
    " 5",
    "5\n",
    "+5",
    "٣",
    "transferring",
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    "9007199254740993",
    null,
    undefined,
    true,
    10n,
    [5],
    {},
  ])("returns undefined for a value that is no safe integer (%#)", (value) => {
    expect(toInteger(value)).toBeUndefined();
  });

  it("returns undefined for a huge string of digits", () => {
    expect(toInteger("9".repeat(1_000_000))).toBeUndefined();
  });

  it("reads every safe integer, as a number and as its string", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (integer) => {
        expect([toInteger(integer), toInteger(String(integer))]).toEqual([integer + 0, integer + 0]);
      }),
    );
  });
});

describe("toInt64", () => {
  it.each([
    ["9223372036854775807", 2 ** 63],
    ["-9223372036854775808", -(2 ** 63)],
    ["638000000000000001", 638000000000000000],
    [638000000000000000, 638000000000000000],
  ])("reads %s as the nearest number", (value, expected) => {
    expect(toInt64(value)).toBe(expected);
  });

  it.each(["9323372036854775807", 1e21, Number.POSITIVE_INFINITY])(
    "returns undefined beyond an Int64 (%s)",
    (value) => {
      expect(toInt64(value)).toBeUndefined();
    },
  );

  it("never reverses the order of two integers", () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(int64, int64, (a, b) => {
        const [smaller, larger] = a < b ? [a, b] : [b, a];
        expect(toInt64(String(smaller)) ?? Number.NaN).toBeLessThanOrEqual(toInt64(String(larger)) ?? Number.NaN);
      }),
    );
  });
});

describe("toText", () => {
  it("keeps a text, also with lone surrogates", () => {
    expect(toText("\uD800 ok")).toBe("\uD800 ok");
  });

  it.each([null, undefined, 1, {}, ["text"]])("returns undefined for %j", (value) => {
    expect(toText(value)).toBeUndefined();
  });
});

describe("typeName", () => {
  it.each([
    [null, "null"],
    [["tone1"], "array"],
    [{}, "object"],
    [42, "number"],
    [undefined, "undefined"],
    [Symbol("s"), "symbol"],
  ])("returns the type of a value, not the value (%#)", (value, name) => {
    expect(typeName(value)).toBe(name);
  });
});
