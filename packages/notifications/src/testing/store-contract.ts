import assert from "node:assert/strict";
import type {
  CallLeases,
  OperationKey,
  OperationOutcome,
  OperationStore,
  StoredCompletion,
  StoredEvent,
  ToneInfo,
} from "@graph-dtmf/models";

/** A requirement of every store, as a test for any test runner. */
export interface ContractCase {
  name: string;
  /** Rejects with an AssertionError if the store does not meet the requirement. */
  run(): Promise<void>;
}

/** Creates a store for one case. It may have content, because each case uses random ids. */
export type StoreMaker = () => OperationStore | Promise<OperationStore>;

const FAR_AHEAD_MS = 600_000;

/**
 * The tests that every {@link OperationStore} must pass. The operation tracker works with any store that passes them.
 *
 * @example
 * for (const { name, run } of storeContract(makeStore)) test(name, run);
 */
export function storeContract(makeStore: StoreMaker): ContractCase[] {
  return Object.entries(CASES).map(([name, check]) => ({
    name,
    async run() {
      const stores: OperationStore[] = [];
      const open = async (): Promise<OperationStore> => {
        const store = await makeStore();
        stores.push(store);
        return store;
      };
      try {
        await check(await open(), open);
      } finally {
        for (const store of stores) await store.close();
      }
    },
  }));
}

/** `another` creates a store that shares the content of the first one, as in another instance. */
type Check = (store: OperationStore, another: () => Promise<OperationStore>) => Promise<void>;

const CASES: Record<string, Check> = {
  async "reads the outcome that was put for an open key"(store) {
    const { key, event } = completion();
    await open(store, key);
    assert.equal(await store.put(event), "new");
    assert.deepEqual(await store.read(key), event.outcome);
  },
  async "reads undefined if no outcome was put"(store) {
    const { key } = completion();
    await open(store, key);
    assert.equal(await store.read(key), undefined);
  },
  async "keeps an outcome that is put before its key is opened, for a resumed wait"(store) {
    const { key, event } = completion();
    await store.put(event);
    await store.open(key, deadline(), { resume: true });
    assert.deepEqual(await store.read(key), event.outcome);
  },
  async "ignores an outcome that was put before its key was opened for a new wait"(store) {
    const { key, event } = completion();
    await store.put(event);
    await open(store, key);
    assert.equal(await store.read(key), undefined);
  },
  async "reads the outcome of the new wait"(store) {
    const first = completion();
    const second = completion({ key: first.key });
    await store.put(first.event);
    await open(store, first.key);
    assert.equal(await store.put(second.event), "new");
    assert.deepEqual(await store.read(first.key), second.event.outcome);
  },
  async "does not deduplicate completions without an operation id"(store) {
    const { key, event } = completion({ operationId: "" });
    await open(store, key);
    assert.equal(await store.put(event), "new");
    assert.equal(await store.put(event), "new");
    assert.deepEqual(await store.read(key), event.outcome);
  },
  async "deduplicates an event that was put before, and does not emit it again"(store) {
    const { key, event } = completion();
    await open(store, key);
    await store.put(event);
    const listener = listenTo(store);
    assert.equal(await store.put(event), "seen");
    assert.deepEqual(listener.events, []);
  },
  async "emits an event that is put"(store) {
    const { key, event } = completion();
    const listener = listenTo(store);
    await open(store, key);
    await store.put(event);
    assert.deepEqual(await listener.next(), event);
  },
  async "emits nothing to a removed listener"(store) {
    const { key, event } = completion();
    const listener = listenTo(store);
    listener.stop();
    await open(store, key);
    await store.put(event);
    assert.deepEqual(listener.events, []);
  },
  async "emits the end of a call once"(store) {
    const { key } = completion();
    const end: StoredEvent = { type: "callEnd", callId: key.callId, resultInfo: { code: 200, subcode: 7000 } };
    const listener = listenTo(store);
    await open(store, key);
    assert.equal(await store.put(end), "new");
    assert.equal(await store.put(end), "seen");
    assert.deepEqual(await listener.next(), end);
    assert.equal(listener.events.length, 1);
  },
  async "separates keys that share a call or a clientContext"(store) {
    const { key, event } = completion();
    const sameCall = { callId: key.callId, clientContext: `${key.clientContext}.` };
    const sameContext = { callId: crypto.randomUUID(), clientContext: key.clientContext };
    for (const one of [key, sameCall, sameContext]) await open(store, one);
    await store.put(event);
    assert.equal(await store.read(sameCall), undefined);
    assert.equal(await store.read(sameContext), undefined);
  },
  async "emits shared tones in order to other instances that listen, and the end of the call"(store, another) {
    if (!store.tones) return;
    const other = await another();
    const { callId } = newKey();
    const tone = (sequenceId: number): ToneInfo => ({ sequenceId, tone: "tone4" });
    await store.tones.put(callId, tone(1));
    const received: [number, boolean][] = [];
    const own: ToneInfo[] = [];
    const stopOwn = store.tones.listen(callId, (tone) => own.push(tone));
    await new Promise<void>((resolve) => {
      const stop = other.tones?.listen(callId.toUpperCase(), ({ sequenceId }, isPast) => {
        received.push([sequenceId, isPast]);
        if (sequenceId === 1) void store.tones?.put(callId, tone(2)).then(() => store.tones?.put(callId, tone(3)));
        if (sequenceId === 3) resolve();
      });
      assert.notEqual(stop, undefined);
    });
    // isPast of the first tone depends on the clock of the store.
    assert.deepEqual(
      received.map(([sequenceId]) => sequenceId),
      [1, 2, 3],
    );
    assert.deepEqual(
      received.slice(1).map(([, isPast]) => isPast),
      [false, false],
    );
    const listener = listenTo(other);
    await store.put({ type: "callEnd", callId });
    assert.equal((await listener.next()).type, "callEnd");
    stopOwn();
    assert.deepEqual(own, []);
  },
  async "lets one instance hold the lease of a call, and another take over an expired one"(store, another) {
    if (!store.leases) return;
    const leases = store.leases;
    const others = (await another()).leases;
    assert.ok(others, "expected the stores of all instances to have leases");
    const { callId } = newKey();
    const call = { callId, tenantId: "tenant" };
    const spelledOtherwise = { callId: callId.toUpperCase() };
    await leases.take(call, FAR_AHEAD_MS);
    assert.equal(await others.renew(call, FAR_AHEAD_MS), false);
    assert.equal(await leases.renew(spelledOtherwise, 0), true);
    const overdue = async (of: CallLeases) =>
      (await of.takeOver(FAR_AHEAD_MS)).filter((taken) => taken.callId === callId);
    assert.deepEqual(await overdue(others), [call]);
    assert.deepEqual(await overdue(leases), []);
    assert.equal(await leases.renew(call, FAR_AHEAD_MS), false);
    await leases.take(spelledOtherwise, 0);
    // No other instance has taken it over.
    assert.equal(await others.renew(call, FAR_AHEAD_MS), true);
    await leases.end(callId);
  },
  async "ends the lease of a call for all instances, until a new one begins"(store, another) {
    if (!store.leases) return;
    const leases = store.leases;
    const others = (await another()).leases;
    assert.ok(others, "expected the stores of all instances to have leases");
    const { callId } = newKey();
    assert.equal(await others.renew({ callId }, 0), true);
    await leases.end(callId.toUpperCase());
    await leases.end(callId);
    assert.equal(await others.renew({ callId }, FAR_AHEAD_MS), false);
    assert.deepEqual(
      (await others.takeOver(FAR_AHEAD_MS)).filter((taken) => taken.callId === callId),
      [],
    );
    await others.take({ callId }, FAR_AHEAD_MS);
    assert.equal(await others.renew({ callId }, FAR_AHEAD_MS), true);
    await others.end(callId);
  },
  async "finds a call by any spelling of its id"(store) {
    const { key, event } = completion();
    await open(store, key);
    await store.put({ ...event, callId: key.callId.toUpperCase().replaceAll("-", "") });
    assert.deepEqual(await store.read(key), event.outcome);
  },
};

const deadline = (): number => Date.now() + FAR_AHEAD_MS;
const open = (store: OperationStore, key: OperationKey): Promise<number> => store.open(key, deadline());

function completion({ key = newKey(), operationId = crypto.randomUUID() as string } = {}): {
  key: OperationKey;
  event: StoredCompletion;
} {
  const operation = { id: operationId, status: "completed", completionReason: "completedSuccessfully" };
  const outcome: OperationOutcome = { outcome: "completed", played: "all", operation };
  return { key, event: { type: "completion", ...key, ...(operationId && { operationId }), outcome } };
}

function newKey(): OperationKey {
  return { callId: crypto.randomUUID(), clientContext: crypto.randomUUID() };
}

interface RecordingListener {
  events: StoredEvent[];
  next(): Promise<StoredEvent>;
  stop(): void;
}

function listenTo(store: OperationStore): RecordingListener {
  const events: StoredEvent[] = [];
  let arrived = (): void => {};
  const stop = store.listen((event) => {
    events.push(event);
    arrived();
  });
  return {
    events,
    stop,
    async next() {
      if (events.length === 0) await new Promise<void>((resolve) => (arrived = resolve));
      return events[0] as StoredEvent;
    },
  };
}
