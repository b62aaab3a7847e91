import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  isRecord,
  memberOf,
  normalizeId,
  type OpenEnum,
  openMemberOf,
  toInt64,
  toInteger,
  toText,
  typeName,
} from "./reading.ts";

const GUID = "c2f8a2c4-6a1e-4b0f-9d53-0c1d7e5a9b10";

describe("isRecord", () => {
  it.each([{}, { a: 1 }, Object.create(null), new Date(0)])("accepts an object (%#)", (value) => {
    expect(isRecord(value)).toBe(true);
  });

  it.each([null, undefined, [], "text", 1, true, () => ({})])("rejects any other value (%#)", (value) => {
    expect(isRecord(value)).toBe(false);
  });
});

describe("memberOf", () => {
  const members = ["notStarted", "running"] as const;

  it.each(["notStarted", "NotStarted", "NOTSTARTED", "notstarted"])(
    "returns %s in the spelling of the list",
    (value) => {
      expect(memberOf(members, value)).toBe("notStarted");
    },
  );

  it.each(["", "not started", " running", "constructor", null, undefined, 0, ["running"]])(
    "returns undefined for %j",
    (value) => {
      expect(memberOf(members, value)).toBeUndefined();
    },
  );
});

describe("openMemberOf", () => {
  it("returns a listed member in the spelling of the list", () => {
    expect(openMemberOf(["running"], "Running")).toBe("running");
  });

  it("keeps an unknown member", () => {
    expect(openMemberOf(["running"], "PausedByPolicy")).toBe("PausedByPolicy");
  });

  it.each([null, undefined, 3, {}])("returns undefined for %j", (value) => {
    expect(openMemberOf(["running"], value)).toBeUndefined();
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

describe("normalizeId", () => {
  it.each([
    GUID,
    GUID.toUpperCase(),
    GUID.replaceAll("-", ""),
    GUID.replaceAll("-", "").toUpperCase(),
    "c2f8a2c46a1e-4b0f-9d530c1d7e5a9b10",
  ])("returns the GUID %s in lower case with dashes", (id) => {
    expect(normalizeId(id)).toBe(GUID);
  });

  it.each([
    "",
    "Call-1",
    `{${GUID}}`,
    `${GUID} `,
    `${GUID}\n`,
    `${GUID}0`,
    "C2F8A2C4-6A1E-4B0F-9D53-0C1D7E5A9B1G",
    "A".repeat(64),
  ])("returns an id that is no GUID unchanged: %j", (id) => {
    expect(normalizeId(id)).toBe(id);
  });

  const anyId = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.uuid(),
    fc.uuid().map((id) => id.replaceAll("-", "")),
    fc.uuid().map((id) => id.toUpperCase()),
    fc.stringMatching(/^[0-9A-Fa-f-]{30,40}$/),
  );

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(anyId, (id) => {
        expect(normalizeId(normalizeId(id))).toBe(normalizeId(id));
      }),
    );
  });

  it("changes case and dashes only", () => {
    const bare = (id: string) => id.replaceAll("-", "").toLowerCase();
    fc.assert(
      fc.property(anyId, (id) => {
        expect(bare(normalizeId(id))).toBe(bare(id));
      }),
    );
  });
});

describe("the types of reading", () => {
  it("allow unknown members in an open enum", () => {
    expectTypeOf<"someDay">().toExtend<OpenEnum<"running">>();
  });

  it("allow only text in an open enum", () => {
    expectTypeOf<number>().not.toExtend<OpenEnum<"running">>();
  });

  it("narrow a record to unknown members", () => {
    const value: unknown = {};
    if (isRecord(value)) expectTypeOf(value.anything).toBeUnknown();
  });
});
