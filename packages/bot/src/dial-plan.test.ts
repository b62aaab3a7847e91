import { inspect } from "node:util";
import { formatTones, secretTones } from "@graph-dtmf/models";
import { array, assert, constantFrom, integer, option, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { type DialInput, type DialPlan, type DialPlanOptions, planDial } from "./dial-plan.ts";

/** Formats a plan with its keys: `12@300` is two tones 300 ms apart, `_500` is a pause. */
function formatPlan({ steps }: DialPlan): string {
  return steps
    .map((step) => {
      if ("pauseMs" in step) return `_${step.pauseMs}`;
      const { tones, delayBetweenTonesMs } = step;
      return formatTones(tones) + (delayBetweenTonesMs === undefined ? "" : `@${delayBetweenTonesMs}`);
    })
    .join(" ");
}

describe("planDial", () => {
  test.each<[title: string, input: DialInput, plan: string, options?: DialPlanOptions]>([
    ["sends adjacent keys in one operation", "1234#", "1234#"],
    ["applies a delay to several tones", "12", "12@300", { delayBetweenTonesMs: 300 }],
    ["drops the delay of a single tone", "1", "1", { delayBetweenTonesMs: 300 }],
    ["splits operations at a pause", "12,34#", "12 _2000 34#"],
    ["keeps pauses at the start and the end", ",w1W", "_2500 1 _1000"],
    ["merges tones with equal pauses into one operation", "1,2,3", "123@2000"],
    ["keeps a pause of another length", "1,2w3", "12@2000 _500 3"],
    ["merges tones with a pause as long as the delay", "12w34", "1234@500", { delayBetweenTonesMs: 500 }],
    ["keeps a pause that differs from the delay", "12,34", "12@500 _2000 34@500", { delayBetweenTonesMs: 500 }],
    ["accepts secret tones", secretTones("4711"), "4711"],
    ["joins adjacent steps of tones", [{ tones: ["tone1"] }, { tones: secretTones("23") }, { tones: [] }], "123"],
    [
      "joins adjacent steps before it merges pauses",
      [{ tones: ["tone1"] }, { pauseMs: 2000 }, { tones: ["tone2"] }, { tones: ["tone3"] }],
      "1 _2000 23@300",
      { delayBetweenTonesMs: 300 },
    ],
    ["joins adjacent pauses", [{ tones: ["tone1"] }, { pauseMs: 1 }, { pauseMs: 2 }], "1 _3"],
  ])("%s", (...[, input, plan, options]) => {
    expect(formatPlan(planDial(input, options))).toBe(plan);
  });

  test("gives the duration", () => {
    expect(planDial("12,34", { delayBetweenTonesMs: 300 }).durationMs).toBe(500 + 2000 + 500);
    expect(planDial("1,2,3").durationMs).toBe(4300);
  });

  test("prints no keys", () => {
    const plan = planDial("1,,4711#");
    const printed = `${inspect(plan, { depth: 9 })}${JSON.stringify(plan)}`;
    expect(printed).toContain("[redacted 5 tones]");
    expect(printed).toContain("4000");
    expect(printed).not.toMatch(/tone\d|4711|pound/);
  });

  test.each<[unknown, string]>([
    ["", "invalid_tones"],
    [",,", "invalid_tones"],
    ["1x", "invalid_tones"],
    [secretTones(""), "invalid_tones"],
    [7, "invalid_tones"],
    [[{ tones: ["one"] }], "invalid_tones"],
    [[null], "invalid_tones"],
    [[{ pauseMs: -1 }], "invalid_request"],
    [[{ pauseMs: 0.5 }], "invalid_request"],
  ])("rejects %j", (input, code) => {
    expect(() => planDial(input as DialInput)).toThrow(expect.objectContaining({ code }));
  });

  test("rejects an invalid delay", () => {
    expect(() => planDial("1", { delayBetweenTonesMs: -1 })).toThrow(
      expect.objectContaining({ code: "invalid_request" }),
    );
  });

  const text = array(constantFrom(..."12#,wW"), { minLength: 1, maxLength: 20 }).map((keys) => `1${keys.join("")}`);
  test("plans the same keys with the same time between them as the input", () => {
    assert(
      property(
        text,
        option(
          integer({ min: 0, max: 3 }).map((times) => times * 500),
          { nil: undefined },
        ),
        (written, delay) => {
          const plan = planDial(written, delay === undefined ? {} : { delayBetweenTonesMs: delay });
          expect(receivedFromPlan(plan, delay)).toEqual(receivedFromText(written, delay));
          expect(plan.steps.length).toBeLessThanOrEqual(written.length);
        },
      ),
    );
  });
});

/** What the far end receives: keys, with the milliseconds before each; `undefined` is Graph's own delay. */
type ReceivedKeys = { key: string; afterMs: number | undefined }[];

function receivedFromPlan({ steps }: DialPlan, delay: number | undefined): ReceivedKeys {
  const keys: ReceivedKeys = [];
  let pauseMs = 0;
  for (const step of steps) {
    if ("pauseMs" in step) {
      pauseMs += step.pauseMs;
      continue;
    }
    for (const [index, key] of [...formatTones(step.tones)].entries()) {
      keys.push({ key, afterMs: index === 0 ? pauseMs : (step.delayBetweenTonesMs ?? delay) });
    }
    pauseMs = 0;
  }
  return keys;
}

function receivedFromText(written: string, delay: number | undefined): ReceivedKeys {
  const keys: ReceivedKeys = [];
  let pauseMs: number | undefined;
  for (const character of written) {
    const ms = { ",": 2000, w: 500, W: 1000 }[character];
    if (ms !== undefined) pauseMs = (pauseMs ?? 0) + ms;
    else {
      keys.push({ key: character, afterMs: pauseMs ?? (keys.length === 0 ? 0 : delay) });
      pauseMs = undefined;
    }
  }
  return keys;
}
