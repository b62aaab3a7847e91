import { describe, expect, it } from "vitest";
import { formatTones } from "./format-tones.ts";
import { secretTones } from "./secret-tones.ts";
import type { Tone } from "./tone.ts";

describe("formatTones", () => {
  it("writes the keys of tones", () => {
    expect(formatTones(["tone1", "star", "pound", "a", "flash"])).toBe("1*#A!");
  });

  it("returns an empty text for no tones", () => {
    expect(formatTones([])).toBe("");
  });

  it("returns the digits of secret tones", () => {
    expect(formatTones(secretTones("47 11#"))).toBe("4711#");
  });

  it("gives the position of an element that is no tone", () => {
    expect(() => formatTones(["tone1", "1" as Tone])).toThrow(
      expect.objectContaining({ code: "invalid_tones", index: 1 }),
    );
  });

  it("gives the position of a hole in the list", () => {
    const tones: Tone[] = ["tone1"];
    tones[2] = "tone3";
    expect(() => formatTones(tones)).toThrow(expect.objectContaining({ code: "invalid_tones", index: 1 }));
  });

  it("rejects a string of keys with a message of its own", () => {
    expect(() => formatTones("12#" as unknown as Tone[])).toThrow("tones must be a list, got string");
  });

  it("rejects the secret tones of another copy that cannot be revealed", () => {
    const forged = { [Symbol.for("@graph-dtmf/models.secretTones")]: true, length: 1, reveal: () => ["1"] };
    expect(() => formatTones(forged as unknown as Tone[])).toThrow(
      expect.objectContaining({ code: "invalid_tones", index: 0 }),
    );
  });
});
