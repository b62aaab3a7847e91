import type { CommsOperation, Logger, OperationOutcome, OperationStore, StoredEvent } from "@graph-dtmf/models";
import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { describe, expect, test } from "vitest";
import { createLog, until } from "../__fixtures__/ports.ts";
import type { CallNotification, OperationNotification } from "../parsing/notification.ts";
import { createOperationTracker } from "./create-operation-tracker.ts";
import { createMemoryOperationStore } from "./memory-store.ts";
import type { OperationTracker } from "./operation-tracker.ts";

const CALL = "481f3600-983e-4276-9b59-c1b30ec8d125";

/** A store that fails, or never answers, while it is away; what it holds survives that. It tells of what was opened. */
function createStore(): OperationStore & { away: "" | "down" | "silent"; asked: string[] } {
  const memory = createMemoryOperationStore();
  const opened = new Set<string>();
  const store = {
    ...memory,
    away: "" as "" | "down" | "silent",
    asked: [] as string[],
    open: (...given: Parameters<OperationStore["open"]>) =>
      at("open", () => {
        opened.add(given[0].clientContext);
        return memory.open(...given);
      }),
    listen: (heard: (event: StoredEvent) => void) =>
      memory.listen((event) => {
        if (event.type === "callEnd" || opened.has(event.clientContext ?? "")) heard(event);
      }),
    put: (event: StoredEvent) => at("put", () => memory.put(event)),
    read: (...given: Parameters<OperationStore["read"]>) => at("read", () => memory.read(...given)),
  };
  const at = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
    store.asked.push(what);
    if (store.away === "silent") await new Promise(() => {});
    if (store.away === "down") throw new Error("down");
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

describe("a store that is away", () => {
  test("ends no wait: the local one is settled, and the delivery counts as seen only once it was kept", async () => {
    const store = createStore();
    const { tracker } = start({ store });
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    store.away = "down";
    const hearing = tracker.apply(ended({ clientContext: "mine" }));
    expect(pending.outcome).toMatchObject({ outcome: "completed" });
    await expect(hearing).rejects.toMatchObject({ code: "store_unavailable", cause: { message: "down" } });
    expect(tracker.pendingWrites).toBe(1);
    store.away = "";
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("new");
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("seen");
    expect(tracker.pendingWrites).toBe(0);
  });

  test("is given 2 s, and no more", async () => {
    const store = createStore();
    const { clock, tracker } = start({ store });
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    store.away = "silent";
    const hearing = tracker.apply(ended({ clientContext: "mine" }));
    hearing.catch(() => {});
    expect(pending.outcome).toMatchObject({ outcome: "completed" });
    await clock.advance(2_000);
    await expect(hearing).rejects.toMatchObject({ code: "store_unavailable" });
  });

  test.each(["down", "silent"] as const)("is told when it is back what it missed while it was %s", async (away) => {
    const store = createStore();
    const { clock, tracker } = start({ store });
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    store.away = away;
    const hearing = [tracker.apply(ended({ clientContext: "mine" })), tracker.apply(callEnded)];
    for (const one of hearing) one.catch(() => {});
    await clock.advance(20_000);
    expect(tracker.pendingWrites).toBe(2);
    store.away = "";
    await clock.advance(10_000);
    expect([tracker.pendingWrites, clock.pending]).toEqual([0, 0]);
    expect(await store.read({ callId: CALL, clientContext: "mine" })).toEqual(pending.outcome);
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("seen");
    expect(await tracker.apply(callEnded)).toBe("seen");
  });

  test("is told at once when anything shows that it is back", async () => {
    const store = createStore();
    const { tracker } = start({ store });
    store.away = "down";
    await expect(tracker.apply(ended({ clientContext: "first" }))).rejects.toThrow();
    store.away = "";
    await tracker.apply(ended({ id: "op-2", clientContext: "second" }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(tracker.pendingWrites).toBe(0);
    expect(await store.read({ callId: CALL, clientContext: "first" })).toMatchObject({ outcome: "completed" });
  });

  test("does not hide from its handlers what was never kept: a repeated delivery is no repetition", async () => {
    const store = createStore();
    const { tracker } = start({ store });
    store.away = "down";
    for (let times = 0; times < 3; times++) {
      await expect(tracker.apply(ended({ clientContext: "mine" }))).rejects.toMatchObject({
        code: "store_unavailable",
      });
    }
    expect(tracker.pendingWrites).toBe(1);
  });

  test("does not let a delivery that was not kept settle the next wait under its clientContext", async () => {
    const store = createStore();
    const { tracker } = start({ store });
    tracker.expect({ callId: CALL, clientContext: "mine" });
    store.away = "down";
    await expect(tracker.apply(ended({ clientContext: "mine" }))).rejects.toThrow();
    const second = tracker.expect({ callId: CALL, clientContext: "mine" });
    store.away = "";
    expect(await tracker.apply(ended({ clientContext: "mine" }))).toBe("new");
    expect(second.outcome).toBeUndefined();
    expect(await store.read({ callId: CALL, clientContext: "mine" })).toBeUndefined();
  });

  test("is told no more than 10,000 ends, the oldest are lost, and both are counted and said", async () => {
    const store = createStore();
    const log = createLog();
    const { clock, tracker } = start({ store, logger: log });
    store.away = "down";
    const hear = (n: number): Promise<unknown> => tracker.apply(ended({ id: `op-${n}`, clientContext: `${n}` }));
    await Promise.allSettled(Array.from({ length: 10_002 }, (_, n) => hear(n)));
    expect([tracker.pendingWrites, tracker.droppedWrites]).toEqual([10_000, 2]);
    store.away = "";
    await clock.advance(1_000);
    await until(() => tracker.pendingWrites === 0);
    await clock.advance(250);
    expect(clock.pending).toBe(0);
    expect(await store.read({ callId: CALL, clientContext: "1" })).toBeUndefined();
    expect(await store.read({ callId: CALL, clientContext: "2" })).toBeDefined();
    expect(log.lines.map((line) => line.split(" ")[0])).toEqual(["warn", "error", "info"]);
  });

  test("knows of a wait that it could not be told of, and of its end that came to another instance meanwhile", async () => {
    const store = createStore();
    const clock = createManualClock();
    const { tracker } = start({ store, clock });
    store.away = "down";
    const pending = tracker.expect({ callId: CALL });
    const { clientContext } = pending;
    await clock.advance(100);
    store.away = "";
    // Told to nobody, because nobody had said here that they wait.
    await putElsewhere(store, { clientContext });
    expect(pending.outcome).toBeUndefined();
    await clock.advance(10_000);
    expect(pending.outcome).toMatchObject({ outcome: "completed" });
    expect([tracker.pending, clock.pending]).toEqual([0, 0]);
  });

  test("takes for the end of such a wait none that may be of an earlier life", async () => {
    const store = createStore();
    const clock = createManualClock();
    const { tracker } = start({ store, clock });
    store.away = "down";
    const pending = tracker.expect({ callId: CALL, clientContext: "mine" });
    await clock.advance(100);
    store.away = "";
    await putElsewhere(store, { clientContext: "mine" });
    await clock.advance(10_000);
    expect(pending.outcome).toBeUndefined();
    store.away = "down";
    pending.accepted(operation({ clientContext: "mine" }));
    await clock.advance(100);
    store.away = "";
    await clock.advance(10_000);
    expect(pending.outcome).toMatchObject({ outcome: "completed", operation: { id: "op-1" } });
  });

  test("is not told of waits that are over when it is back", async () => {
    const store = createStore();
    const { clock, tracker } = start({ store });
    store.away = "down";
    tracker.expect({ callId: CALL }).abandon();
    await clock.advance(100);
    const asked = store.asked.length;
    store.away = "";
    await clock.advance(60_000);
    expect([store.asked.length, clock.pending]).toEqual([asked, 0]);
  });

  test("holds up no wait that is taken up: it is read once it is back", async () => {
    const store = createStore();
    await store.put({ type: "completion", callId: CALL, clientContext: "mine", outcome: completed });
    const { clock, tracker } = start({ store });
    store.away = "silent";
    const waiting = tracker.resume({ callId: CALL, clientContext: "mine" }).completion();
    await clock.advance(5_000);
    store.away = "";
    await clock.advance(10_000);
    expect(await waiting).toEqual(completed);
  });

  test("may be away when an operation is accepted that is over already", async () => {
    const store = createStore();
    store.away = "down";
    const { tracker } = start({ store });
    const pending = tracker.expect({ callId: CALL });
    pending.accepted(operation({ status: "failed" }));
    expect(pending.outcome).toMatchObject({ outcome: "failed" });
    await new Promise((resolve) => setImmediate(resolve));
    expect(tracker.pendingWrites).toBe(1);
  });

  test("is told once more when the tracker is closed, and no timer is left", async () => {
    const store = createStore();
    const { clock, tracker } = start({ store });
    store.away = "down";
    await expect(tracker.apply(ended({ clientContext: "mine" }))).rejects.toThrow();
    store.away = "";
    await tracker.close();
    expect(await store.read({ callId: CALL, clientContext: "mine" })).toBeDefined();
    expect(clock.pending).toBe(0);
  });

  test("does not keep the tracker from being closed", async () => {
    const store = createStore();
    const { clock, tracker } = start({ store });
    store.away = "silent";
    tracker.apply(ended({ clientContext: "mine" })).catch(() => {});
    await clock.advance(2_000);
    const closing = tracker.close();
    await clock.advance(2_000);
    await closing;
    expect(clock.pending).toBe(0);
  });
});

describe("what a store is told", () => {
  test("is the id and the deadline of an operation, once they are known", async () => {
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

  test("lets a wait that is taken up end when it would have ended where it began", async () => {
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

/** Another instance has the end of an operation kept. */
async function putElsewhere(store: OperationStore, { clientContext }: { clientContext: string }): Promise<void> {
  await store.put({ type: "completion", callId: CALL, clientContext, operationId: "op-1", outcome: completed });
}

describe("a store that instances share", () => {
  test("settles waits by what another instance heard", async () => {
    const store = createMemoryOperationStore();
    const { tracker: sender } = start({ store });
    const { tracker: receiver } = start({ store });
    const pending = sender.expect({ callId: CALL, clientContext: "mine" });
    await receiver.apply(ended({ clientContext: "mine" }));
    expect(pending.outcome).toMatchObject({ outcome: "completed" });
  });

  test("tells other instances that the call is over", async () => {
    const store = createMemoryOperationStore();
    const { clock, tracker: sender } = start({ store });
    const { tracker: receiver } = start({ store });
    const pending = sender.expect({ callId: CALL });
    await receiver.apply(callEnded);
    await clock.advance(2_251);
    expect(pending.outcome).toMatchObject({ outcome: "callEnded" });
  });

  test("lets another instance take up a wait, whether its end has been heard or not", async () => {
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

  test("lets another instance read the outcome of an operation that was over in its answer", async () => {
    const store = createMemoryOperationStore();
    const { tracker } = start({ store });
    tracker.expect({ callId: CALL, clientContext: "mine" }).accepted(operation({ status: "failed" }));
    const resumed = start({ store }).tracker.resume({ callId: CALL, clientContext: "mine" });
    expect(await resumed.completion()).toMatchObject({ outcome: "failed" });
  });

  test("tells an end without clientContext that overtakes the answer here and comes to another instance", async () => {
    const store = createMemoryOperationStore();
    const { tracker: sender } = start({ store });
    const pending = sender.expect({ callId: CALL });
    await start({ store }).tracker.apply(ended());
    expect(pending.outcome).toBeUndefined();
    pending.accepted(operation());
    expect(pending.outcome).toMatchObject({ outcome: "completed" });
  });

  test("tells an end that another instance heard only once: repeated here, it settles nobody else", async () => {
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
