import { type CommsOperation, normalizeId, type OperationOutcome, outcomeOf } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Notification } from "../parsing/notification.ts";
import { createOperationTracker } from "./create-operation-tracker.ts";

const CALL = "481f3600-983e-4276-9b59-c1b30ec8d125";
const OPERATION = "d36fe651-9f50-484d-bd4b-1e6415eae448";
const CONTEXT = "e0be71f1-a14f-4cec-b65a-e7aba5db7c53";
const EXPECTED_MS = 10_000;

const ENDS: Partial<CommsOperation>[] = [
  { status: "completed", completionReason: "completedSuccessfully" },
  { status: "completed", completionReason: "mediaOperationCanceled" },
  { status: "completed", completionReason: "unknown" },
  { status: "completed" },
  { status: "failed", resultInfo: { code: 400, subcode: 8508 } },
];
const RUNNING: Partial<CommsOperation>[] = [{ status: "running" }, { status: "notStarted" }, { status: null }];

/** An event of a wait, in milliseconds after its start. */
type WaitEvent = { atMs: number } & (
  | { what: "answer"; answer: Partial<CommsOperation> | "unknown" | "abandon" }
  | { what: "notification"; operation: Partial<CommsOperation>; by: "context" | "id" | "both" }
  | { what: "callEnd" }
  | { what: "foreign" }
);

const time = fc.nat(200).map((n) => n * 333);
/** All notifications of the operation report the same end. */
const scenario = fc.record({ end: fc.constantFrom(...ENDS), answerEnds: fc.boolean() }).chain(({ end, answerEnds }) => {
  const answer = answerEnds ? fc.constant(end) : fc.constantFrom(...RUNNING);
  const waitEvent: fc.Arbitrary<WaitEvent> = fc.oneof(
    fc.record({
      atMs: time,
      what: fc.constant("notification" as const),
      operation: fc.oneof(fc.constant(end), fc.constantFrom(...RUNNING)),
      by: fc.constantFrom("context" as const, "id" as const, "both" as const),
    }),
    fc.record({ atMs: time, what: fc.constant("callEnd" as const) }),
    fc.record({ atMs: time, what: fc.constant("foreign" as const) }),
  );
  return fc.record({
    answer: fc.record({
      atMs: time,
      what: fc.constant("answer" as const),
      answer: fc.oneof(answer, fc.constantFrom("unknown" as const, "abandon" as const)),
    }),
    others: fc.array(waitEvent, { maxLength: 8 }),
  });
});

/** The expected result of the wait, by a simpler implementation of the rules. */
function expectedResult(events: readonly WaitEvent[]): OperationOutcome["outcome"] | "abandoned" {
  const tick = (ms: number): number => Math.ceil(ms / 250) * 250;
  let dueMs = tick(600_000);
  let callEnd = false;
  let idKnown = false;
  const unclaimed: Partial<CommsOperation>[] = [];
  for (const event of events) {
    if (event.atMs >= dueMs) break;
    if (event.what === "callEnd" && !callEnd) {
      callEnd = true;
      dueMs = tick(event.atMs + 2_000);
    } else if (event.what === "answer") {
      if (event.answer === "abandon") return "abandoned";
      const late = tick(event.atMs + EXPECTED_MS + 30_000);
      dueMs = callEnd ? Math.min(late, tick(event.atMs + 2_000)) : late;
      if (event.answer === "unknown") continue;
      idKnown = true;
      const states = [event.answer, ...unclaimed].map((end) => outcomeOf({ id: OPERATION, status: null, ...end }));
      const end = states.find((outcome) => outcome);
      if (end) return end.outcome;
    } else if (event.what === "notification") {
      const end = outcomeOf({ id: OPERATION, status: null, ...event.operation });
      if (event.by === "both") idKnown = true;
      if (event.by === "id" && !idKnown) {
        if (end) unclaimed.push(event.operation);
        continue;
      }
      if (end) return end.outcome;
      const before = idKnown && unclaimed[0] && outcomeOf({ id: OPERATION, status: null, ...unclaimed[0] });
      if (before) return before.outcome;
    }
  }
  return callEnd ? "callEnded" : "timedOut";
}

function notify(event: WaitEvent): Notification | undefined {
  if (event.what === "callEnd") {
    return { kind: "call", callId: CALL, changeType: "deleted", call: { id: CALL, state: "terminated" }, raw: {} };
  }
  if (event.what === "answer") return undefined;
  const foreign = event.what === "foreign";
  const operation: CommsOperation = {
    "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
    id: foreign ? "another" : event.by === "context" ? "" : OPERATION,
    status: "completed",
    ...(foreign ? { clientContext: "another" } : event.operation),
    ...(!foreign && event.by !== "id" && { clientContext: CONTEXT }),
  };
  const callId = CALL.toUpperCase().replaceAll("-", "");
  return {
    kind: "operation",
    callId: normalizeId(callId),
    operationId: operation.id,
    changeType: "deleted",
    operation,
    raw: {},
  };
}

describe("createOperationTracker, for any order, repetition and loss of responses, notifications and call ends", () => {
  test("settles a wait once, as the rules say, and leaves nothing behind", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ answer, others }) => {
        const events = [answer, ...others].sort((one, other) => one.atMs - other.atMs);
        const clock = createManualClock(1_700_000_000_000);
        const tracker = createOperationTracker({ clock });
        const pending = tracker.expect({ callId: CALL, clientContext: CONTEXT, expectedMs: EXPECTED_MS });
        const settled: string[] = [];
        const stop = new AbortController();
        const waits = [undefined, { timeoutMs: 5_000_000 }, { signal: stop.signal }].map((options) =>
          pending.completion(options).then(
            ({ outcome }) => settled.push(outcome),
            ({ code }) => settled.push(code),
          ),
        );
        const startMs = clock.now();
        for (const event of events) {
          await clock.advance(startMs + event.atMs - clock.now());
          const notification = notify(event);
          if (notification) await tracker.apply(notification);
          else if (event.what !== "answer") throw new Error("nothing happened");
          else if (event.answer === "unknown") pending.deliveryUnknown();
          else if (event.answer === "abandon") pending.abandon();
          else pending.accepted({ id: OPERATION, clientContext: CONTEXT, status: null, ...event.answer });
        }
        await clock.advance(700_000);
        await Promise.all(waits);
        const expected = expectedResult(events);
        expect(settled).toEqual([expected, expected, expected]);
        expect(tracker.pending).toBe(0);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });

  test("settles 1,000 operations on 50 calls with the outcome of each", async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...Array(2_000).keys()], { minLength: 2_000 }), async (order) => {
        const tracker = createOperationTracker({ clock: createManualClock() });
        const count = 1_000;
        const callOf = (n: number): string => `call-${n % 50}`;
        const pending = [...Array(count).keys()].map((n) =>
          tracker.expect({ callId: callOf(n), clientContext: `context-${n}` }),
        );
        const endOf = (n: number): Partial<CommsOperation> => ENDS[n % ENDS.length] ?? {};
        // The responses and notifications of all operations arrive in any order.
        for (const event of order) {
          const n = event % count;
          const operation = { id: `op-${n}`, clientContext: `context-${n}`, status: "running" };
          if (event < count) pending[n]?.accepted(operation);
          else {
            await tracker.apply({
              kind: "operation",
              callId: callOf(n),
              operationId: `op-${n}`,
              changeType: "deleted",
              operation: { ...operation, status: "completed", ...endOf(n) },
              raw: {},
            });
          }
        }
        const outcomes = await Promise.all(pending.map((one) => one.completion()));
        outcomes.forEach((outcome, n) => {
          const operation = { id: `op-${n}`, clientContext: `context-${n}`, status: "completed", ...endOf(n) };
          expect(outcome).toEqual(outcomeOf(operation));
        });
        expect(tracker.pending).toBe(0);
      }),
      { numRuns: 5 },
    );
  });
});
