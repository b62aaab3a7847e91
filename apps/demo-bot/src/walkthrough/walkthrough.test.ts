import { parseTones } from "@graph-dtmf/models";
import { describe, expect, test } from "vitest";
import { jsonNarrator, storyNarrator } from "./printer.ts";
import { tellStory } from "./walkthrough.ts";
import type { DemoEvent } from "./walkthrough-event.ts";

const options = { tones: parseTones("12#"), delayBetweenTonesMs: 100, speed: 100, json: false, instances: 1 };

describe("the story", () => {
  test("shows each step as it happens, and ends with the three endings side by side", async () => {
    const events: DemoEvent[] = [];
    await tellStory(options, (event) => events.push(event));
    const steps = events.map(({ step }) => step);
    expect(steps.slice(0, 3)).toEqual(["started", "token", "callCreated"]);
    expect(steps.at(-1)).toBe("done");
    expect(steps.filter((step) => step === "sending")).toHaveLength(3);
    expect(steps.filter((step) => step === "verified").length).toBeGreaterThanOrEqual(6);
    expect(events.find(({ step }) => step === "endings")).toEqual({
      step: "endings",
      of: 3,
      endings: [
        {
          outcome: "completed",
          played: "all",
          status: "completed",
          completionReason: "completedSuccessfully",
          heard: 3,
        },
        {
          outcome: "canceled",
          played: "notAll",
          status: "completed",
          completionReason: "mediaOperationCanceled",
          heard: expect.any(Number),
        },
        {
          outcome: "failed",
          played: "unknown",
          status: "completed",
          completionReason: "unknown",
          heard: expect.any(Number),
        },
      ],
    });
  });
});

describe("the narrators", () => {
  const events: DemoEvent[] = [
    { step: "started", graph: "http://g", callback: "http://c", keysFrom: "http://k", speed: 20 },
    { step: "token", tenantId: "t" },
    { step: "callCreated", callId: "call", state: "establishing" },
    { step: "verified", issuer: "i", audience: "a", tenantId: "t" },
    { step: "verified", issuer: "i", audience: "a", tenantId: "t" },
    { step: "callState", callId: "call", state: "established" },
    { step: "sending", keys: "12#", delayBetweenTonesMs: 100, complete: "unknown" },
    { step: "accepted", operationId: "op", clientContext: "context", status: "running", location: "http://l" },
    { step: "progress", heard: 1, of: 3 },
    {
      step: "ended",
      operationId: "op",
      outcome: "failed",
      played: "unknown",
      status: "completed",
      completionReason: "unknown",
      heard: 1,
    },
    { step: "failed", message: "something went wrong" },
    { step: "done", requests: 8 },
  ];

  function told(narrator: typeof storyNarrator, colour: boolean): string {
    let text = "";
    const tell = narrator({ write: (part) => (text += part), colour });
    for (const event of events) tell(event);
    return text;
  }

  test("JSON is one object a line", () => {
    const lines = told(jsonNarrator, false).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(events);
  });

  test("people read the pace, the endings, and once where notifications came from", () => {
    const text = told(storyNarrator, false);
    expect(text).toContain("20 times faster than a telephone: --speed 1 is real time");
    expect(text).toContain("♪··  1 of 3");
    expect(text).toContain("failed, played: unknown  (completionReason unknown)");
    expect(text.match(/issuer {3}i/g)).toHaveLength(1);
    expect(text).toContain("8 requests, 2 notifications verified");
  });

  test("colour only where it was asked for", () => {
    const escapeCode = "\u001b[";
    expect(told(storyNarrator, false)).not.toContain(escapeCode);
    expect(told(storyNarrator, true)).toContain(escapeCode);
  });
});
