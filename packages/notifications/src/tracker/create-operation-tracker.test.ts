import { getEventListeners } from "node:events";
import type { CommsOperation, SendDtmfCompletionReason } from "@graph-dtmf/models";
import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { describe, expect, test } from "vitest";
import type { CallNotification, OperationNotification } from "../parsing/notification.ts";
import { createOperationTracker } from "./create-operation-tracker.ts";
import type { OperationTracker } from "./operation-tracker.ts";

const CALL = "481f3600-983e-4276-9b59-c1b30ec8d125";

function start(options: { callEndGraceMs?: number; maxPending?: number } = {}): {
  clock: ManualClock;
  tracker: OperationTracker;
} {
  const clock = createManualClock();
  return { clock, tracker: createOperationTracker({ clock, ...options }) };
}

function operation(members: Partial<CommsOperation> = {}): CommsOperation {
  return { "@odata.type": "#microsoft.graph.sendDtmfTonesOperation", id: "op-1", status: "running", ...members };
}

function ended(
  members: Partial<CommsOperation> = {},
  completionReason: SendDtmfCompletionReason = "completedSuccessfully",
): OperationNotification {
  const completed = operation({ status: "completed", completionReason, ...members });
  return {
    kind: "operation",
    callId: CALL,
    operationId: completed.id,
    changeType: "deleted",
    operation: completed,
    raw: {},
  };
}

function callEnded(callId = CALL): CallNotification {
  const call = { id: callId, state: "terminated", resultInfo: { code: 200, subcode: 7000 } };
  return { kind: "call", callId, changeType: "deleted", call, raw: {} };
}

/** The value of a promise, or "waiting" if it is pending. */
async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  return Promise.race([promise, new Promise((resolve) => setImmediate(resolve, "waiting"))]);
}

describe("a pending operation", () => {
  test("is settled by a notification with its clientContext", async () => {
    const { tracker } = start();
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    pending.accepted(operation({ clientContext: "mine" }));
    await tracker.apply(ended({ clientContext: "mine" }));
    expect(await pending.completion()).toMatchObject({ outcome: "completed", played: "all" });
    expect(tracker.pending).toBe(0);
  });

  test("is settled by a notification that arrives before the response", async () => {
    const { tracker } = start();
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    await tracker.apply(ended({ clientContext: "mine" }));
    expect(pending.outcome).toMatchObject({ outcome: "completed" });
    pending.accepted(operation({ clientContext: "mine" }));
    expect(await pending.completion()).toMatchObject({ outcome: "completed" });
  });

  test("is settled by its id if the notification has no clientContext", async () => {
    const { tracker } = start();
    const pending = tracker.expect({ callId: CALL });
    pending.accepted(operation());
    await tracker.apply(ended());
    expect(pending.outcome).toMatchObject({ outcome: "completed" });
  });

  test("is settled by a notification without clientContext that arrives before the response", async () => {
    const { tracker } = start();
    const pending = tracker.expect({ callId: CALL });
    await tracker.apply(ended());
    expect(pending.outcome).toBeUndefined();
    pending.accepted(operation());
    expect(pending.outcome).toMatchObject({ outcome: "completed" });
  });

  test("is settled at once by a response that is final", async () => {
    const { tracker } = start();
    const pending = tracker.expect({ callId: CALL });
    pending.accepted(operation({ status: "failed" }));
    expect(await pending.completion()).toMatchObject({ outcome: "failed", played: "unknown" });
  });

  test("is settled by its notification after an unknown delivery", async () => {
    const { tracker } = start();
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    pending.deliveryUnknown();
    await tracker.apply(ended({ clientContext: "mine" }, "mediaOperationCanceled"));
    expect(pending.outcome).toMatchObject({ outcome: "canceled", played: "notAll" });
  });

  test.each([CALL, CALL.toUpperCase().replaceAll("-", "")])(
    "is found under any spelling of the call id: %s",
    async (callId) => {
      const { tracker } = start();
      const other = callId === CALL ? CALL.toUpperCase() : CALL;
      const pending = tracker.expect({ callId, clientContext: "mine" });
      expect(tracker.resume({ callId: other, clientContext: "mine" })).toBe(pending);
      expect(await tracker.apply({ ...ended({ clientContext: "mine" }), callId: other })).toBe("new");
      expect(pending.outcome).toBeDefined();
      expect(await tracker.apply({ ...ended({ clientContext: "mine" }), callId })).toBe("seen");
      expect(tracker.resume({ callId: other, clientContext: "mine" }).outcome).toBeDefined();
      await tracker.apply({ kind: "call", callId: other, changeType: "deleted", call: { id: other }, raw: {} });
      expect(await tracker.ended(callId)).toEqual({});
    },
  );

  test("is not settled by a notification that it is running, but keeps the operation", async () => {
    const { tracker } = start();
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    const running = operation({ clientContext: "mine" });
    expect(await tracker.apply({ ...ended(), changeType: "updated", operation: running })).toBe("new");
    expect(pending.outcome).toBeUndefined();
    expect(pending.operation).toEqual(running);
  });

  test("is not settled by the end of another operation under the same clientContext", async () => {
    const { tracker } = start();
    const pending = tracker.expect({ callId: CALL, clientContext: CALL });
    pending.accepted(operation({ id: "op-2", clientContext: CALL }));
    await tracker.apply(ended({ id: "op-1", clientContext: CALL }));
    expect(pending.outcome).toBeUndefined();
  });

  test("is not settled by an operation of another call", async () => {
    const { tracker } = start();
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    await tracker.apply({ ...ended({ clientContext: "mine" }), callId: "another" });
    expect(pending.outcome).toBeUndefined();
  });

  test("is not settled twice", async () => {
    const { tracker } = start();
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    await tracker.apply(ended({ clientContext: "mine" }));
    await tracker.apply(ended({ id: "op-9", clientContext: "mine" }, "unknown"));
    await tracker.apply(callEnded());
    expect(await pending.completion()).toMatchObject({ outcome: "completed" });
  });

  test("gets the outcome by the requested kind if the notification has no type", async () => {
    const { tracker } = start();
    const wait = { callId: CALL, clientContext: "mine" };
    const { "@odata.type": _, ...untyped } = operation({ status: "completed", clientContext: "mine" });
    const played = tracker.expect({ ...wait, kind: "playPromptOperation" });
    await tracker.apply({ ...ended(), operation: untyped });
    expect(played.outcome).toMatchObject({ outcome: "completed" });
    const pressed = tracker.expect({ ...wait, kind: "sendDtmfTonesOperation" });
    await tracker.apply({ ...ended(), operation: { ...untyped, id: "op-2" } });
    expect(pressed.outcome).toMatchObject({ outcome: "failed", played: "unknown" });
  });

  test("must have a clientContext that no other pending operation of its call has", () => {
    const { tracker } = start();
    tracker.expect({ callId: CALL, clientContext: "mine" });
    tracker.expect({ callId: "another", clientContext: "mine" });
    expect(() => tracker.expect({ callId: CALL, clientContext: "mine" })).toThrowError(
      expect.objectContaining({ code: "invalid_request" }),
    );
  });

  test("is not settled by an earlier operation under its clientContext, also if that is repeated", async () => {
    const { tracker } = start();
    await tracker.apply(ended({ clientContext: "mine" }));
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("seen");
    expect(pending.outcome).toBeUndefined();
    expect(await tracker.apply(ended({ id: "op-2", clientContext: "mine" }, "unknown"))).toBe("new");
    expect(pending.outcome).toMatchObject({ outcome: "failed" });
  });
});

describe("a reused clientContext", () => {
  test("is not settled by the late end of an operation that has timed out under it", async () => {
    const { clock, tracker } = start();
    const first = tracker.expect({ callId: CALL, clientContext: "mine" });
    first.accepted(operation({ clientContext: "mine" }));
    await clock.advance(31_000);
    expect(first.outcome).toMatchObject({ outcome: "timedOut" });
    const second = tracker.expect({ callId: CALL, clientContext: "mine" });
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("new");
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("seen");
    expect([second.outcome, second.operation]).toEqual([undefined, undefined]);
    second.accepted(operation({ id: "op-2", clientContext: "mine" }));
    await tracker.apply(ended({ id: "op-2", clientContext: "mine" }));
    expect(second.outcome).toMatchObject({ outcome: "completed" });
  });

  test("is not marked as running by the late notification of an operation that has ended", async () => {
    const { tracker } = start();
    tracker.expect({ callId: CALL, clientContext: "mine" });
    await tracker.apply(ended({ clientContext: "mine" }));
    const second = tracker.expect({ callId: CALL, clientContext: "mine" });
    const running = operation({ clientContext: "mine" });
    expect(await tracker.apply({ ...ended(), changeType: "updated", operation: running })).toBe("new");
    expect(second.operation).toBeUndefined();
  });
});

describe("a wait", () => {
  test("times out 30 s after the operation should have ended", async () => {
    const { clock, tracker } = start();
    const pending = tracker.expect({ callId: CALL, expectedMs: 5_000 });
    pending.accepted(operation());
    await clock.advance(35_000 - 1);
    expect(pending.outcome).toBeUndefined();
    await clock.advance(251);
    expect(pending.outcome).toEqual({ outcome: "timedOut", played: "unknown" });
    expect(tracker.pending).toBe(0);
  });

  test("includes the time of earlier operations of the call", async () => {
    const { clock, tracker } = start();
    for (const id of ["op-1", "op-2"]) tracker.expect({ callId: CALL, expectedMs: 40_000 }).accepted(operation({ id }));
    const third = tracker.expect({ callId: CALL, expectedMs: 40_000 });
    third.accepted(operation({ id: "op-3" }));
    await clock.advance(149_000);
    expect(third.outcome).toBeUndefined();
    await clock.advance(1_251);
    expect(third.outcome).toMatchObject({ outcome: "timedOut" });
  });

  test("times out after 10 minutes if the delivery is never reported", async () => {
    const { clock, tracker } = start();
    const pending = tracker.expect({ callId: CALL });
    await clock.advance(599_999);
    expect(pending.outcome).toBeUndefined();
    await clock.advance(252);
    expect(pending.outcome).toMatchObject({ outcome: "timedOut" });
  });

  test("times out by its timeoutMs while the operation stays pending", async () => {
    const { clock, tracker } = start();
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    pending.accepted(operation());
    const short = pending.completion({ timeoutMs: 100 });
    const long = pending.completion();
    await clock.advance(100);
    expect(await short).toEqual({ outcome: "timedOut", played: "unknown" });
    await tracker.apply(ended({ clientContext: "mine" }));
    expect(await long).toMatchObject({ outcome: "completed" });
  });

  test("rejects with the reason of its signal while the operation stays pending", async () => {
    const { tracker } = start();
    const pending = tracker.expect({ callId: CALL });
    const stop = new AbortController();
    const stopped = pending.completion({ signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(stopped).rejects.toThrow("enough");
    await expect(pending.completion({ signal: stop.signal })).rejects.toThrow("enough");
    expect(tracker.pending).toBe(1);
  });

  test("shares one listener on a signal with other waits, and removes it", async () => {
    const { tracker } = start();
    const stop = new AbortController();
    const { signal } = stop;
    const listeners = () => getEventListeners(signal, "abort").length;
    const waits = Array.from({ length: 100 }, (_, n) => tracker.expect({ callId: `${n}` }).completion({ signal }));
    const ends = Array.from({ length: 100 }, (_, n) => tracker.ended(`${n}`, { signal }));
    expect(listeners()).toBe(1);
    stop.abort("enough");
    const results = await Promise.allSettled([...waits, ...ends]);
    expect(new Set(results.map((result) => result.status === "rejected" && result.reason))).toEqual(
      new Set(["enough"]),
    );
    expect(listeners()).toBe(0);
  });

  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY])("refuses %s as expectedMs", (expectedMs) => {
    const { tracker } = start();
    expect(() => tracker.expect({ callId: CALL, expectedMs })).toThrowError(
      expect.objectContaining({ code: "invalid_request" }),
    );
  });

  test("rejects with abandoned once the operation is abandoned", async () => {
    const { tracker } = start();
    const pending = tracker.expect({ callId: CALL });
    const waiting = pending.completion();
    pending.abandon();
    await expect(waiting).rejects.toMatchObject({ code: "abandoned" });
    await expect(pending.completion()).rejects.toMatchObject({ code: "abandoned" });
    expect(tracker.pending).toBe(0);
  });

  test("can be started several times, also after the outcome", async () => {
    const { tracker } = start();
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    const both = [pending.completion(), pending.completion({ timeoutMs: 1_000 })];
    await tracker.apply(ended({ clientContext: "mine" }));
    const outcomes = await Promise.all([...both, pending.completion()]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["completed", "completed", "completed"]);
  });
});

describe("the end of a call", () => {
  test("settles pending operations after the grace period", async () => {
    const { clock, tracker } = start();
    const pending = tracker.expect({ callId: CALL });
    pending.accepted(operation());
    await tracker.apply(callEnded());
    await clock.advance(1_999);
    expect(pending.outcome).toBeUndefined();
    await clock.advance(252);
    expect(pending.outcome).toEqual({
      outcome: "callEnded",
      played: "unknown",
      resultInfo: { code: 200, subcode: 7000 },
    });
  });

  test("leaves time for a late completion", async () => {
    const { clock, tracker } = start();
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    await tracker.apply(callEnded());
    await clock.advance(1_000);
    await tracker.apply(ended({ clientContext: "mine" }));
    expect(pending.outcome).toMatchObject({ outcome: "completed" });
  });

  test("settles operations that are registered or accepted after it", async () => {
    const { clock, tracker } = start();
    await tracker.apply(callEnded());
    const pending = tracker.expect({ callId: CALL });
    pending.accepted(operation());
    await clock.advance(2_251);
    expect(pending.outcome).toMatchObject({ outcome: "callEnded" });
  });

  test("does not affect other calls", async () => {
    const { clock, tracker } = start();
    const pending = tracker.expect({ callId: "another" });
    await tracker.apply(callEnded());
    await clock.advance(5_000);
    expect(pending.outcome).toBeUndefined();
  });

  test("resolves ended() before and after it", async () => {
    const { tracker } = start();
    const before = tracker.ended(CALL);
    expect(await stateOf(before)).toBe("waiting");
    await tracker.apply(callEnded());
    expect(await before).toEqual({ resultInfo: { code: 200, subcode: 7000 } });
    expect(await tracker.ended(CALL)).toEqual({ resultInfo: { code: 200, subcode: 7000 } });
  });

  test("rejects ended() with the reason of its signal", async () => {
    const { tracker } = start();
    const stop = new AbortController();
    const waiting = tracker.ended(CALL, { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });

  test("is deduplicated in any form", async () => {
    const { tracker } = start();
    expect(await tracker.apply({ ...callEnded(), changeType: "updated" })).toBe("new");
    expect(await tracker.apply(callEnded())).toBe("seen");
  });
});

describe("createOperationTracker", () => {
  test.each([{ maxPending: Number.NaN }, { callEndGraceMs: -1 }])("rejects %j", (options) => {
    expect(() => start(options)).toThrow(TypeError);
  });

  test("rejects operations above maxPending, until others end", () => {
    const { tracker } = start({ maxPending: 2 });
    const first = tracker.expect({ callId: CALL });
    tracker.expect({ callId: CALL });
    expect(() => tracker.expect({ callId: CALL })).toThrowError(expect.objectContaining({ code: "too_many_pending" }));
    first.abandon();
    expect(() => tracker.expect({ callId: CALL })).not.toThrow();
  });

  test("leaves no timer when nothing is pending", async () => {
    const { clock, tracker } = start();
    const stop = new AbortController();
    const first = tracker.expect({ callId: CALL, clientContext: "mine" });
    const second = tracker.expect({ callId: CALL });
    const waits = [first.completion({ timeoutMs: 1_000 }), second.completion({ signal: stop.signal })];
    expect(clock.pending).toBeGreaterThan(0);
    await tracker.apply(ended({ clientContext: "mine" }));
    stop.abort();
    second.abandon();
    await Promise.allSettled(waits);
    await clock.advance(250);
    expect(clock.pending).toBe(0);
  });

  test("settles every wait on close, and accepts no other", async () => {
    const { clock, tracker } = start();
    const waiting = tracker.expect({ callId: CALL }).completion();
    const untilEnd = tracker.ended(CALL);
    await tracker.close();
    expect(await waiting).toEqual({ outcome: "timedOut", played: "unknown" });
    await expect(untilEnd).rejects.toMatchObject({ code: "closed" });
    await expect(tracker.ended(CALL)).rejects.toMatchObject({ code: "closed" });
    expect(() => tracker.expect({ callId: CALL })).toThrowError(expect.objectContaining({ code: "closed" }));
    expect(clock.pending).toBe(0);
  });

  test("returns seen for every repetition of an end", async () => {
    const { tracker } = start();
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("new");
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("seen");
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("seen");
  });

  test("recognises repetitions among the last 10,000 ends, at any age and in any spelling", async () => {
    const { clock, tracker } = start();
    const spellings = [ended({ clientContext: "mine" }), ended()];
    await tracker.apply(ended({ clientContext: "mine" }));
    await clock.advance(24 * 3_600_000);
    for (const spelling of spellings) expect(await tracker.apply(spelling)).toBe("seen");
    for (let n = 0; n < 9_999; n++) await tracker.apply(ended({ id: `other-${n}`, clientContext: `other ${n}` }));
    for (const spelling of spellings) expect(await tracker.apply(spelling)).toBe("seen");
    await tracker.apply(ended({ id: "one more" }));
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("new");
  });

  test("returns seen for a repeated end that settles a wait only now", async () => {
    const { tracker } = start();
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    expect(await tracker.apply(ended())).toBe("new");
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("seen");
    expect(pending.outcome).toMatchObject({ outcome: "completed" });
  });

  test("recognises an end without an id by the id of the response", async () => {
    const { tracker } = start();
    tracker.expect({ callId: CALL, clientContext: "mine" }).accepted(operation({ clientContext: "mine" }));
    expect(await tracker.apply(ended({ id: "", clientContext: "mine" }))).toBe("new");
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("seen");
    expect(await tracker.apply(ended())).toBe("seen");
  });

  test("recognises a repeated end after its clientContext was reused", async () => {
    const { tracker } = start();
    for (const id of ["op-1", "op-2"]) {
      tracker.expect({ callId: CALL, clientContext: "mine" }).accepted(operation({ id }));
      await tracker.apply(ended({ id, clientContext: "mine" }));
    }
    const third = tracker.expect({ callId: CALL, clientContext: "mine" });
    for (const id of ["op-1", "op-2"]) {
      expect(await tracker.apply(ended({ id }))).toBe("seen");
      expect(await tracker.apply(ended({ id, clientContext: "mine" }))).toBe("seen");
    }
    expect(third.outcome).toBeUndefined();
  });

  test("resumes a wait without a store with its own outcome, not that of an earlier wait", async () => {
    const { tracker } = start();
    const key = { callId: CALL, clientContext: "mine" };
    tracker.expect(key).accepted(operation({ clientContext: "mine" }));
    await tracker.apply(ended());
    expect(tracker.resume(key).outcome).toMatchObject({ outcome: "completed" });
    expect(tracker.resume(key).outcome).toMatchObject({ outcome: "completed" });
    tracker.expect(key).abandon();
    const resumed = tracker.resume(key);
    expect(resumed.outcome).toBeUndefined();
    expect(tracker.resume(key)).toBe(resumed);
  });

  test("resumes a wait without a store with an outcome that arrived before the response", async () => {
    const { tracker } = start();
    const key = { callId: CALL, clientContext: "mine" };
    const pending = tracker.expect(key);
    await tracker.apply(ended());
    pending.accepted(operation({ clientContext: "mine" }));
    expect(tracker.resume(key).outcome).toEqual(pending.outcome);
  });

  test("resumes a wait without a store with an outcome that arrived before the wait", async () => {
    const { tracker } = start();
    await tracker.apply(ended({ clientContext: "mine" }, "unknown"));
    expect(tracker.resume({ callId: CALL, clientContext: "mine" }).outcome).toMatchObject({ outcome: "failed" });
  });

  test("applies every end without id and clientContext", async () => {
    const { tracker } = start();
    expect(await tracker.apply(ended({ id: "" }))).toBe("new");
    expect(await tracker.apply(ended({ id: "" }))).toBe("new");
  });
});
