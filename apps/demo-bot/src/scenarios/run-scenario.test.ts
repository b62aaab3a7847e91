import { describe, expect, test } from "vitest";
import { tellScenario } from "./run-scenario.ts";
import { describeScenarioStep, SCENARIOS, type ScenarioEvent } from "./scenario-event.ts";

const PATIENCE = { timeout: 60_000 };

async function told(scenario: (typeof SCENARIOS)[number]): Promise<{ events: ScenarioEvent[]; text: string }> {
  const events: ScenarioEvent[] = [];
  await tellScenario({ scenario, speed: 50 }, (event) => events.push(event));
  return { events, text: events.map(describeScenarioStep).join("\n") };
}

describe("the scenario", () => {
  test("conference enters a PIN, is let in, and prints no PIN", PATIENCE, async () => {
    const { text, events } = await told("conference");
    expect(text).toContain("has dialed: completed, 5 of 5 tones played");
    expect(text).toContain("lets the bot in, and says so with tone1");
    expect(text).toContain("hangs up: The bot ended the call.");
    expect(events.at(-1)?.step).toBe("done");
  });

  test("collect takes a PIN at the second attempt", PATIENCE, async () => {
    const { text } = await told("collect");
    expect(text).toContain("has collected [redacted 4 tones], ended by terminator");
  });

  test("menu reaches a person in one operation", PATIENCE, async () => {
    const { text } = await told("menu");
    expect(text).toContain('[{"pauseMs":500},{"tones":"[redacted 3 tones]","delayBetweenTonesMs":500}]');
    expect(text).toContain("is a person, who presses tone5");
  });

  test.each(SCENARIOS)("%s prints no PIN", PATIENCE, async (scenario) => {
    const { text, events } = await told(scenario);
    expect(text + JSON.stringify(events)).not.toMatch(/4711|tone4|"tone7"/);
  });
});

test("failures are told, too", () => {
  expect(describeScenarioStep({ step: "failed", message: "oops" })).toBe("✗ oops");
});
