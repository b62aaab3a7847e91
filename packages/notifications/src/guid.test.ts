import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GUID_NUMBERS, readGuid, writeGuid } from "./guid.ts";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe("a GUID in numbers", () => {
  it("is read as it was written, and nothing beside it changes", () => {
    fc.assert(
      fc.property(fc.stringMatching(GUID), (guid) => {
        const numbers = new Int32Array(GUID_NUMBERS + 2);
        expect(writeGuid(guid, numbers, 1)).toBe(true);
        expect(readGuid(numbers, 1)).toBe(guid);
        expect([numbers[0], numbers[GUID_NUMBERS + 1]]).toEqual([0, 0]);
      }),
      { examples: [["00000000-0000-0000-0000-000000000000"], ["ffffffff-ffff-ffff-ffff-ffffffffffff"]] },
    );
  });

  it("is none in any other spelling", () => {
    const guid = "0123abcd-4567-89ef-0123-456789abcdef";
    const spoiled = fc
      .tuple(fc.nat({ max: 35 }), fc.integer({ min: 0, max: 0xffff }))
      .map(([at, code]) => guid.slice(0, at) + String.fromCharCode(code) + guid.slice(at + 1));
    const others = fc.oneof(spoiled, fc.string({ minLength: 36, maxLength: 36 })).filter((text) => !GUID.test(text));
    fc.assert(
      fc.property(others, (text) => !writeGuid(text, new Int32Array(GUID_NUMBERS), 0)),
      {
        examples: [
          [guid.toUpperCase()],
          [`{${guid.slice(2)}}`],
          [`${guid}0`],
          [guid.slice(1)],
          [guid.replaceAll("-", "0")],
        ],
      },
    );
  });
});
