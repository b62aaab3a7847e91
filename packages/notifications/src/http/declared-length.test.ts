import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { declaredLength } from "./declared-length.ts";

describe("the length that is declared", () => {
  it("is what the digits say", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 3 }), (bytes, zeros) => {
        expect(declaredLength("0".repeat(zeros) + bytes)).toBe(bytes);
      }),
    );
    expect(declaredLength("9".repeat(400))).toBe(Number.POSITIVE_INFINITY);
  });

  it.each(["", " ", "5 ", "-5", "+5", "5.0", "5e0", "0x5", "5,5", "5, 5", "five", "٥", "5\u{1d7d3}"])(
    "is none in %j",
    (text) => {
      expect(declaredLength(text)).toBeNaN();
    },
  );
});
