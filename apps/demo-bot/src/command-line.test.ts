import { parseTones } from "@graph-dtmf/models";
import { describe, expect, test } from "vitest";
import { parseCommandLine } from "./command-line.ts";

describe("parseCommandLine", () => {
  test("uses the tones and the delay of Graph's example, and a faster simulator, by default", () => {
    expect(parseCommandLine([])).toEqual({
      tones: parseTones("1234567890*#"),
      delayBetweenTonesMs: 1000,
      speed: 20,
      json: false,
      instances: 1,
    });
  });

  test("reads tones, delay, speed and JSON", () => {
    expect(parseCommandLine(["--tones", "12#", "--delay", "0", "--speed", "1", "--json"])).toEqual({
      tones: ["tone1", "tone2", "pound"],
      delayBetweenTonesMs: 0,
      speed: 1,
      json: true,
      instances: 1,
    });
  });

  test("reads a scenario", () => {
    expect(parseCommandLine(["--scenario", "collect"])).toMatchObject({ scenario: "collect" });
    expect(parseCommandLine([])).not.toHaveProperty("scenario");
  });

  test("reads a number of instances", () => {
    expect(parseCommandLine(["--instances", "3"])).toMatchObject({ instances: 3 });
  });

  test("recognises --help", () => {
    expect(parseCommandLine(["--help"])).toBe("help");
  });

  test.each([
    [["--tones", ""], /--tones: expected at least one key/],
    [["--tones", "4711x"], /no key at position 4/],
    [["--delay", "-1"], /--delay/],
    [["--delay", "1.5"], /--delay: expected a whole number/],
    [["--delay", "99999999999"], /--delay/],
    [["--speed", "0"], /--speed: expected a number/],
    [["--speed", "fast"], /--speed/],
    [["--scenario", "chess"], /--scenario: expected conference, collect, menu/],
    [["--instances", "0"], /--instances: expected a whole number from 1 to 9/],
    [["--faster"], /--faster/],
  ])("rejects %j and says what was expected", (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(message);
  });

  test("does not repeat invalid tones in the error", () => {
    const message = (() => {
      try {
        return parseCommandLine(["--tones", "4711x"]) as never;
      } catch (error) {
        return String(error);
      }
    })();
    expect(message).not.toContain("4711");
  });
});
