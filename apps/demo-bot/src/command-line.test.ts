import { parseTones } from "@graph-dtmf/models";
import { describe, expect, test } from "vitest";
import { parseOptions } from "./command-line.ts";

describe("the command line", () => {
  test("without arguments is the documented example, played faster", () => {
    expect(parseOptions([])).toEqual({
      tones: parseTones("1234567890*#"),
      delayBetweenTonesMs: 1000,
      speed: 20,
      json: false,
      instances: 1,
    });
  });

  test("takes keys, delay, speed and JSON", () => {
    expect(parseOptions(["--tones", "12#", "--delay", "0", "--speed", "1", "--json"])).toEqual({
      tones: ["tone1", "tone2", "pound"],
      delayBetweenTonesMs: 0,
      speed: 1,
      json: true,
      instances: 1,
    });
  });

  test("takes a scenario", () => {
    expect(parseOptions(["--scenario", "collect"])).toMatchObject({ scenario: "collect" });
    expect(parseOptions([])).not.toHaveProperty("scenario");
  });

  test("takes a number of instances", () => {
    expect(parseOptions(["--instances", "3"])).toMatchObject({ instances: 3 });
  });

  test("asks for help", () => {
    expect(parseOptions(["--help"])).toBe("help");
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
  ])("%j is refused with what was expected", (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });

  test("repeats no keys when they are wrong", () => {
    const message = (() => {
      try {
        return parseOptions(["--tones", "4711x"]) as never;
      } catch (error) {
        return String(error);
      }
    })();
    expect(message).not.toContain("4711");
  });
});
