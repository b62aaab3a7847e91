import { describe, expect, test } from "vitest";
import { runScenario } from "./run-scenario.ts";
import { describeScenarioEvent, SCENARIO_NAMES, type ScenarioEvent, type ScenarioName } from "./scenario-event.ts";

const TIMEOUT = { timeout: 60_000 };

async function run(scenario: ScenarioName): Promise<{ events: ScenarioEvent[]; text: string }> {
  const events: ScenarioEvent[] = [];
  await runScenario({ scenario, speed: 50 }, (event) => events.push(event));
  return { events, text: events.map(describeScenarioEvent).join("\n") };
}

describe("runScenario", () => {
  test("conference: the bot enters a PIN and is admitted", TIMEOUT, async () => {
    const { text, events } = await run("conference");
    expect(text).toContain("dials: completed, 5 of 5 tones played");
    expect(text).toContain("admits the bot, and confirms with tone1");
    expect(text).toContain("hangs up: The bot ended the call.");
    expect(events.at(-1)?.step).toBe("done");
  });

  test("collect: the bot collects a PIN at the second attempt", TIMEOUT, async () => {
    const { text } = await run("collect");
    expect(text).toContain("collects [redacted 4 tones], ended by terminator");
  });

  test("menu: the bot reaches a person with one operation", TIMEOUT, async () => {
    const { text } = await run("menu");
    expect(text).toContain('[{"pauseMs":500},{"tones":"[redacted 3 tones]","delayBetweenTonesMs":500}]');
    expect(text).toContain("a person answers, and presses tone5");
  });

  test.each(SCENARIO_NAMES)("%s: no PIN is printed", TIMEOUT, async (scenario) => {
    const { text, events } = await run(scenario);
    expect(text + JSON.stringify(events)).not.toMatch(/4711|tone4|"tone7"/);
  });
});

test("describeScenarioEvent marks failures", () => {
  expect(describeScenarioEvent({ step: "failed", message: "oops" })).toBe("✗ oops");
});
