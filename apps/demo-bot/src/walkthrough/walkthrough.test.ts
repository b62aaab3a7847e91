import { parseTones } from "@graph-dtmf/models";
import { expect, test } from "vitest";
import { runWalkthrough } from "./walkthrough.ts";
import type { WalkthroughEvent } from "./walkthrough-event.ts";

const options = { tones: parseTones("12#"), delayBetweenTonesMs: 100, speed: 100 };

test("runWalkthrough emits each step as it happens, and a summary of the three results", async () => {
  const events: WalkthroughEvent[] = [];
  await runWalkthrough(options, (event) => events.push(event));
  const steps = events.map(({ step }) => step);
  expect(steps.slice(0, 3)).toEqual(["started", "token", "callCreated"]);
  expect(steps.at(-1)).toBe("done");
  expect(steps.filter((step) => step === "sending")).toHaveLength(3);
  expect(steps.filter((step) => step === "verified").length).toBeGreaterThanOrEqual(6);
  expect(events.find(({ step }) => step === "summary")).toEqual({
    step: "summary",
    of: 3,
    results: [
      {
        outcome: "completed",
        played: "all",
        status: "completed",
        completionReason: "completedSuccessfully",
        received: 3,
      },
      {
        outcome: "canceled",
        played: "notAll",
        status: "completed",
        completionReason: "mediaOperationCanceled",
        received: expect.any(Number),
      },
      {
        outcome: "failed",
        played: "unknown",
        status: "completed",
        completionReason: "unknown",
        received: expect.any(Number),
      },
    ],
  });
});
