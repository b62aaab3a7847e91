import { describe, expect, test } from "vitest";
import { createJsonPrinter, createTextPrinter } from "./printer.ts";
import type { WalkthroughEvent } from "./walkthrough-event.ts";

const events: WalkthroughEvent[] = [
  { step: "started", graph: "http://g", callback: "http://c", openIdConfigurationUrl: "http://k", speed: 20 },
  { step: "token", tenantId: "t" },
  { step: "callCreated", callId: "call", state: "establishing" },
  { step: "verified", issuer: "i", audience: "a", tenantId: "t" },
  { step: "verified", issuer: "i", audience: "a", tenantId: "t" },
  { step: "callState", callId: "call", state: "established" },
  { step: "sending", keys: "12#", delayBetweenTonesMs: 100, completionReason: "unknown" },
  { step: "accepted", operationId: "op", clientContext: "context", status: "running", location: "http://l" },
  { step: "progress", received: 1, of: 3 },
  {
    step: "ended",
    operationId: "op",
    outcome: "failed",
    played: "unknown",
    status: "completed",
    completionReason: "unknown",
    received: 1,
  },
  { step: "failed", message: "something went wrong" },
  { step: "done", requests: 8 },
];

function print(createPrinter: typeof createTextPrinter, colour: boolean): string {
  let text = "";
  const emit = createPrinter({ write: (part) => (text += part), colour });
  for (const event of events) emit(event);
  return text;
}

describe("createJsonPrinter", () => {
  test("prints one object per line", () => {
    const lines = print(createJsonPrinter, false).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(events);
  });
});

describe("createTextPrinter", () => {
  test("prints the speed, the outcomes, and the claims of the first notification only", () => {
    const text = print(createTextPrinter, false);
    expect(text).toContain("20 times faster than real time; use --speed 1 for real time");
    expect(text).toContain("♪··  1 of 3");
    expect(text).toContain("failed, played: unknown  (completionReason unknown)");
    expect(text.match(/issuer {3}i/g)).toHaveLength(1);
    expect(text).toContain("8 requests, 2 notifications verified");
  });

  test("uses colour only if the output accepts it", () => {
    const escapeCode = "\u001b[";
    expect(print(createTextPrinter, false)).not.toContain(escapeCode);
    expect(print(createTextPrinter, true)).toContain(escapeCode);
  });
});
