import type { CommsOperation, Logger, OperationOutcome, OperationStore, StoredEvent } from "@graph-dtmf/models";
import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { describe, expect, test } from "vitest";
import { createLog, until } from "../__fixtures__/ports.ts";
import type { CallNotification, OperationNotification } from "../parsing/notification.ts";
import { createOperationTracker } from "./create-operation-tracker.ts";
import { createMemoryOperationStore } from "./memory-store.ts";
import type { OperationTracker } from "./operation-tracker.ts";

const CALL = "481f3600-983e-4276-9b59-c1b30ec8d125";

/** A store that can fail or stop responding. It keeps its content, and emits events of opened keys only. */
function createStore(): OperationStore & { fault: "" | "down" | "silent"; calls: string[] } {
  const memory = createMemoryOperationStore();
  const opened = new Set<string>();
  const store = {
    ...memory,
    fault: "" as "" | "down" | "silent",
    calls: [] as string[],
    open: (...given: Parameters<OperationStore["open"]>) =>
      at("open", () => {
        opened.add(given[0].clientContext);
        return memory.open(...given);
      }),
    listen: (listener: (event: StoredEvent) => void) =>
      memory.listen((event) => {
        if (event.type === "callEnd" || opened.has(event.clientContext ?? "")) listener(event);
      }),
    put: (event: StoredEvent) => at("put", () => memory.put(event)),
    read: (...given: Parameters<OperationStore["read"]>) => at("read", () => memory.read(...given)),
  };
  const at = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
    store.calls.push(what);
    if (store.fault === "silent") await new Promise(() => {});
    if (store.fault === "down") throw new Error("down");
    return act();
  };
  return store;
}

function start({
  store,
  logger,
  clock = createManualClock(),
}: {
  store?: OperationStore;
  logger?: Logger;
  clock?: ManualClock;
} = {}): { clock: ManualClock; tracker: OperationTracker } {
  return { clock, tracker: createOperationTracker({ clock, ...(store && { store }), ...(logger && { logger }) }) };
}

function operation(members: Partial<CommsOperation> = {}): CommsOperation {
  return { "@odata.type": "#microsoft.graph.sendDtmfTonesOperation", id: "op-1", status: "running", ...members };
}

function ended(
  members: Partial<CommsOperation> = {},
  completionReason = "completedSuccessfully",
): OperationNotification {
  const completed = operation({ status: "completed", completionReason, ...members });
  const { id } = completed;
  return { kind: "operation", callId: CALL, operationId: id, changeType: "deleted", operation: completed, raw: {} };
}

const callEnded: CallNotification = {
  kind: "call",
  callId: CALL,
  changeType: "deleted",
  call: { id: CALL, state: "terminated" },
  raw: {},
};

describe("an unavailable store", () => {
  test("does not delay a local wait, and a delivery counts as seen only once it is stored", async () => {
    const store = createStore();
    const { tracker } = start({ store });
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    store.fault = "down";
    const applied = tracker.apply(ended({ clientContext: "mine" }));
    expect(pending.outcome).toMatchObject({ outcome: "completed" });
    await expect(applied).rejects.toMatchObject({ code: "store_unavailable", cause: { message: "down" } });
    expect(tracker.pendingWrites).toBe(1);
    store.fault = "";
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("new");
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("seen");
    expect(tracker.pendingWrites).toBe(0);
  });

  test("times out after 2 s", async () => {
    const store = createStore();
    const { clock, tracker } = start({ store });
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    store.fault = "silent";
    const applied = tracker.apply(ended({ clientContext: "mine" }));
    applied.catch(() => {});
    expect(pending.outcome).toMatchObject({ outcome: "completed" });
    await clock.advance(2_000);
    await expect(applied).rejects.toMatchObject({ code: "store_unavailable" });
  });

  test.each(["down", "silent"] as const)(
    "gets the missed writes once it is available again after being %s",
    async (fault) => {
      const store = createStore();
      const { clock, tracker } = start({ store });
      const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
      store.fault = fault;
      const applied = [tracker.apply(ended({ clientContext: "mine" })), tracker.apply(callEnded)];
      for (const one of applied) one.catch(() => {});
      await clock.advance(20_000);
      expect(tracker.pendingWrites).toBe(2);
      store.fault = "";
      await clock.advance(10_000);
      expect([tracker.pendingWrites, clock.pending]).toEqual([0, 0]);
      expect(await store.read({ callId: CALL, clientContext: "mine" })).toEqual(pending.outcome);
      expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("seen");
      expect(await tracker.apply(callEnded)).toBe("seen");
    },
  );

  test("gets the missed writes as soon as another request succeeds", async () => {
    const store = createStore();
    const { tracker } = start({ store });
    store.fault = "down";
    await expect(tracker.apply(ended({ clientContext: "first" }))).rejects.toThrow();
    store.fault = "";
    await tracker.apply(ended({ id: "op-2", clientContext: "second" }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(tracker.pendingWrites).toBe(0);
    expect(await store.read({ callId: CALL, clientContext: "first" })).toMatchObject({ outcome: "completed" });
  });

  test("does not turn a repeated delivery that was never stored into a duplicate", async () => {
    const store = createStore();
    const { tracker } = start({ store });
    store.fault = "down";
    for (let times = 0; times < 3; times++) {
      await expect(tracker.apply(ended({ clientContext: "mine" }))).rejects.toMatchObject({
        code: "store_unavailable",
      });
    }
    expect(tracker.pendingWrites).toBe(1);
  });

  test("does not let a delivery that was not stored settle the next wait under its clientContext", async () => {
    const store = createStore();
    const { tracker } = start({ store });
    tracker.expect({ callId: CALL, clientContext: "mine" });
    store.fault = "down";
    await expect(tracker.apply(ended({ clientContext: "mine" }))).rejects.toThrow();
    const second = tracker.expect({ callId: CALL, clientContext: "mine" });
    store.fault = "";
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("new");
    expect(second.outcome).toBeUndefined();
    expect(await store.read({ callId: CALL, clientContext: "mine" })).toBeUndefined();
  });

  test("has at most 10,000 writes pending: the oldest are dropped, counted and logged", async () => {
    const store = createStore();
    const log = createLog();
    const { clock, tracker } = start({ store, logger: log });
    store.fault = "down";
    const apply = (n: number): Promise<unknown> => tracker.apply(ended({ id: `op-${n}`, clientContext: `${n}` }));
    await Promise.allSettled(Array.from({ length: 10_002 }, (_, n) => apply(n)));
    expect([tracker.pendingWrites, tracker.droppedWrites]).toEqual([10_000, 2]);
    store.fault = "";
    await clock.advance(1_000);
    await until(() => tracker.pendingWrites === 0);
    await clock.advance(250);
    expect(clock.pending).toBe(0);
    expect(await store.read({ callId: CALL, clientContext: "1" })).toBeUndefined();
    expect(await store.read({ callId: CALL, clientContext: "2" })).toBeDefined();
    expect(log.lines.map((line) => line.split(" ")[0])).toEqual(["warn", "error", "info"]);
  });

  test("is given a missed wait later, and then returns the outcome of another instance", async () => {
    const store = createStore();
    const clock = createManualClock();
    const { tracker } = start({ store, clock });
    store.fault = "down";
    const pending = tracker.expect({ callId: CALL });
    const { clientContext } = pending;
    await clock.advance(100);
    store.fault = "";
    // Not emitted, because the wait was not registered.
    await putElsewhere(store, { clientContext });
    expect(pending.outcome).toBeUndefined();
    await clock.advance(10_000);
    expect(pending.outcome).toMatchObject({ outcome: "completed" });
    expect([tracker.pending, clock.pending]).toEqual([0, 0]);
  });

  test("does not settle such a wait with an outcome that may belong to an earlier wait", async () => {
    const store = createStore();
    const clock = createManualClock();
    const { tracker } = start({ store, clock });
    store.fault = "down";
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    await clock.advance(100);
    store.fault = "";
    await putElsewhere(store, { clientContext: "mine" });
    await clock.advance(10_000);
    expect(pending.outcome).toBeUndefined();
    store.fault = "down";
    pending.accepted(operation({ clientContext: "mine" }));
    await clock.advance(100);
    store.fault = "";
    await clock.advance(10_000);
    expect(pending.outcome).toMatchObject({ outcome: "completed", operation: { id: "op-1" } });
  });

  test("is not given waits that are over by the time it is available", async () => {
    const store = createStore();
    const { clock, tracker } = start({ store });
    store.fault = "down";
    tracker.expect({ callId: CALL }).abandon();
    await clock.advance(100);
    const calls = store.calls.length;
    store.fault = "";
    await clock.advance(60_000);
    expect([store.calls.length, clock.pending]).toEqual([calls, 0]);
  });

  test("does not fail a resumed wait: the outcome is read later", async () => {
    const store = createStore();
    await store.put({ type: "completion", callId: CALL, clientContext: "mine", outcome: completed });
    const { clock, tracker } = start({ store });
    store.fault = "silent";
    const waiting = tracker.resume({ callId: CALL, clientContext: "mine" }).completion();
    await clock.advance(5_000);
    store.fault = "";
    await clock.advance(10_000);
    expect(await waiting).toEqual(completed);
  });

  test("does not prevent accepting an operation that has ended already", async () => {
    const store = createStore();
    store.fault = "down";
    const { tracker } = start({ store });
    const pending = tracker.expect({ callId: CALL });
    pending.accepted(operation({ status: "failed" }));
    expect(pending.outcome).toMatchObject({ outcome: "failed" });
    await new Promise((resolve) => setImmediate(resolve));
    expect(tracker.pendingWrites).toBe(1);
  });

  test("gets the missed writes when the tracker is closed, and no timer is left", async () => {
    const store = createStore();
    const { clock, tracker } = start({ store });
    store.fault = "down";
    await expect(tracker.apply(ended({ clientContext: "mine" }))).rejects.toThrow();
    store.fault = "";
    await tracker.close();
    expect(await store.read({ callId: CALL, clientContext: "mine" })).toBeDefined();
    expect(clock.pending).toBe(0);
  });

  test("does not prevent the tracker from being closed", async () => {
    const store = createStore();
    const { clock, tracker } = start({ store });
    store.fault = "silent";
    tracker.apply(ended({ clientContext: "mine" })).catch(() => {});
    await clock.advance(2_000);
    const closing = tracker.close();
    await clock.advance(2_000);
    await closing;
    expect(clock.pending).toBe(0);
  });
});

describe("the calls of a store", () => {
  test("pass the id and the deadline of an operation once they are available", async () => {
    const store = createMemoryOperationStore();
    const opened: unknown[] = [];
    const open: OperationStore["open"] = (key, deadlineAt, options) => {
      opened.push([deadlineAt - clock.now(), options]);
      return store.open(key, deadlineAt, options);
    };
    const { clock, tracker } = start({ store: { ...store, open } });
    const pending = tracker.expect({ callId: CALL, expectedMs: 900_000 });
    pending.accepted(operation());
    expect(opened).toEqual([
      [600_000, {}],
      [930_000, { resume: true, operationId: "op-1" }],
    ]);
  });

  test("return the deadline of a resumed wait", async () => {
    const store = createMemoryOperationStore();
    const { clock, tracker } = start({ store: { ...store, open: async () => clock.now() + 5_000 } });
    const pending = tracker.resume({ callId: CALL, clientContext: "mine" });
    await clock.advance(5_251);
    expect(pending.outcome).toMatchObject({ outcome: "timedOut" });
  });
});

const completed: OperationOutcome = {
  outcome: "completed",
  played: "all",
  operation: operation({ status: "completed", completionReason: "completedSuccessfully" }),
};

/** Stores the end of an operation, as another instance does. */
async function putElsewhere(store: OperationStore, { clientContext }: { clientContext: string }): Promise<void> {
  await store.put({ type: "completion", callId: CALL, clientContext, operationId: "op-1", outcome: completed });
}

describe("a shared store", () => {
  test("settles a wait with the outcome that another instance received", async () => {
    const store = createMemoryOperationStore();
    const { tracker: sender } = start({ store });
    const { tracker: receiver } = start({ store });
    const pending = sender.expect({ callId: CALL, clientContext: "mine" });
    await receiver.apply(ended({ clientContext: "mine" }));
    expect(pending.outcome).toMatchObject({ outcome: "completed" });
  });

  test("passes the end of a call to other instances", async () => {
    const store = createMemoryOperationStore();
    const { clock, tracker: sender } = start({ store });
    const { tracker: receiver } = start({ store });
    const pending = sender.expect({ callId: CALL });
    await receiver.apply(callEnded);
    await clock.advance(2_251);
    expect(pending.outcome).toMatchObject({ outcome: "callEnded" });
  });

  test("lets another instance resume a wait before and after its outcome is stored", async () => {
    const store = createMemoryOperationStore();
    const first = start({ store });
    first.tracker.expect({ callId: CALL, clientContext: "before" });
    first.tracker.expect({ callId: CALL, clientContext: "after" });
    await first.tracker.apply(ended({ id: "op-1", clientContext: "before" }));
    await first.tracker.close();
    const second = start({ store });
    const before = second.tracker.resume({ callId: CALL, clientContext: "before" });
    const after = second.tracker.resume({ callId: CALL, clientContext: "after" });
    expect(second.tracker.resume({ callId: CALL, clientContext: "after" })).toBe(after);
    expect(await before.completion()).toMatchObject({ outcome: "completed" });
    await second.tracker.apply(ended({ id: "op-2", clientContext: "after" }, "unknown"));
    expect(await after.completion()).toMatchObject({ outcome: "failed" });
  });

  test("lets another instance read the outcome of an operation that had ended in its response", async () => {
    const store = createMemoryOperationStore();
    const { tracker } = start({ store });
    tracker.expect({ callId: CALL, clientContext: "mine" }).accepted(operation({ status: "failed" }));
    const resumed = start({ store }).tracker.resume({ callId: CALL, clientContext: "mine" });
    expect(await resumed.completion()).toMatchObject({ outcome: "failed" });
  });

  test("passes on an end without clientContext that arrives before the response and at another instance", async () => {
    const store = createMemoryOperationStore();
    const { tracker: sender } = start({ store });
    const pending = sender.expect({ callId: CALL });
    await start({ store }).tracker.apply(ended());
    expect(pending.outcome).toBeUndefined();
    pending.accepted(operation());
    expect(pending.outcome).toMatchObject({ outcome: "completed" });
  });

  test("deduplicates an end of another instance: repeated here, it settles no other wait", async () => {
    const store = createMemoryOperationStore();
    const { tracker: sender } = start({ store });
    const { tracker: receiver } = start({ store });
    const first = sender.expect({ callId: CALL, clientContext: "mine" });
    await receiver.apply(ended({ clientContext: "mine" }));
    expect(first.outcome).toBeDefined();
    const second = sender.expect({ callId: CALL, clientContext: "mine" });
    expect(await sender.apply(ended({ clientContext: "mine" }))).toBe("seen");
    expect(second.outcome).toBeUndefined();
  });
});
