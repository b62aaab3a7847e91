import type { OperationOutcome, StoredEvent } from "@graph-dtmf/models";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson, parseOutcome, parseStoredEvent, stringifyWithoutTones } from "./stored-event.ts";
import { parseWaitState } from "./wait-state.ts";

const operation = {
  "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
  id: "op",
  status: "completed",
  clientContext: "context",
  completionReason: "completedSuccessfully",
  resultInfo: { code: 200, subcode: 0, message: "é \u2028 \u0000" },
  ofTheFuture: { large: 2 ** 53, fraction: 0.1, nothing: null, list: [1, "2"] },
} as const;

const outcomes: OperationOutcome[] = [
  { outcome: "completed", played: "all", operation },
  { outcome: "canceled", played: "notAll", operation },
  { outcome: "failed", played: "unknown", operation: { id: "", status: null } },
  { outcome: "callEnded", played: "unknown" },
  { outcome: "callEnded", played: "unknown", resultInfo: { code: 500, subcode: 7000 } },
  { outcome: "timedOut", played: "unknown" },
];

const events: StoredEvent[] = [
  { type: "callEnd", callId: "call" },
  { type: "callEnd", callId: "call", resultInfo: { code: 200, subcode: 4521, message: "gone" } },
  ...outcomes.map((outcome): StoredEvent => ({ type: "completion", callId: "c", operationId: "o", outcome })),
  ...outcomes.map((outcome): StoredEvent => ({ type: "completion", callId: "c", clientContext: "x", outcome })),
];

describe("stored data", () => {
  test.each(outcomes)("is read as it was written: outcome $outcome", (outcome) => {
    expect(parseOutcome(parseJson(stringifyWithoutTones(outcome)))).toEqual(outcome);
  });

  test.each(events)("is read as it was written: event $type", (event) => {
    expect(parseStoredEvent(parseJson(stringifyWithoutTones(event)))).toEqual(event);
  });

  test("has no tones, wherever a future Graph may put them", () => {
    const tones = { tones: ["tone4"], nested: [{ toneInfo: { sequenceId: 1, tone: "tone7" } }] };
    expect(stringifyWithoutTones({ outcome: "completed", operation: { ...operation, ...tones } })).not.toMatch(
      /tone[47]/,
    );
  });
});

describe("data of other programs", () => {
  test("is parsed as a valid event or as nothing, and never throws", () => {
    const seeds = fc.oneof(
      fc.constantFrom(...events),
      fc.object({ key: fc.constantFrom("type", "callId", "outcome") }),
    );
    const spoiled = fc.tuple(
      seeds,
      fc.dictionary(fc.constantFrom("type", "callId", "outcome", "operation"), fc.jsonValue()),
    );
    fc.assert(
      fc.property(spoiled, ([event, members]) => {
        const read = parseStoredEvent({ ...event, ...members });
        if (!read) return;
        expect(typeof read.callId).toBe("string");
        expect(["completion", "callEnd"]).toContain(read.type);
        if (read.type === "completion") expect(read.outcome.played).toMatch(/^(all|notAll|unknown)$/);
      }),
    );
  });

  test("with an incomplete wait is ignored", () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.array(fc.anything()), fc.array(fc.json())), (reply) => {
        const { outcome, operationId } = parseWaitState(reply, "");
        expect(outcome).toBeUndefined();
        expect(typeof operationId).toBe("string");
      }),
    );
  });
});
