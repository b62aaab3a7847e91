import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseContentLength } from "./body.ts";

describe("parseContentLength", () => {
  it("returns the number of a text of digits", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 3 }), (bytes, zeros) => {
        expect(parseContentLength("0".repeat(zeros) + bytes)).toBe(bytes);
      }),
    );
    expect(parseContentLength("9".repeat(400))).toBe(Number.POSITIVE_INFINITY);
  });

  it.each(["", " ", "5 ", "-5", "+5", "5.0", "5e0", "0x5", "5,5", "5, 5", "five", "٥", "5\u{1d7d3}"])(
    "returns NaN for %j",
    (text) => {
      expect(parseContentLength(text)).toBeNaN();
    },
  );
});
