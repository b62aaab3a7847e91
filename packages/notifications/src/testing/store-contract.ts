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

/** One promise that every store keeps, as a test to run under any runner. */
export interface ContractCase {
  name: string;
  /** Resolves if the promise is kept; rejects with an AssertionError if not. */
  run(): Promise<void>;
}

/** Makes a store for one case: empty, or at least one that has never heard of the case's random ids. */
export type StoreMaker = () => OperationStore | Promise<OperationStore>;

const FAR_AHEAD_MS = 600_000;

/**
 * The contract of an {@link OperationStore}, executable: whatever passes it can be given to the operation tracker.
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

/** `another` makes a store that shares what it keeps with the first, as that of another instance does. */
type Check = (store: OperationStore, another: () => Promise<OperationStore>) => Promise<void>;

const CASES: Record<string, Check> = {
  async "reads what was put for a key that is open"(store) {
    const { key, event } = completion();
    await open(store, key);
    assert.equal(await store.put(event), "new");
    assert.deepEqual(await store.read(key), event.outcome);
  },
  async "reads nothing where nothing was put"(store) {
    const { key } = completion();
    await open(store, key);
    assert.equal(await store.read(key), undefined);
  },
  async "keeps what is put before anybody waits for it, for whoever resumes the wait"(store) {
    const { key, event } = completion();
    await store.put(event);
    await store.open(key, deadline(), { resume: true });
    assert.deepEqual(await store.read(key), event.outcome);
  },
  async "ignores what was put before the key was opened for a new life"(store) {
    const { key, event } = completion();
    await store.put(event);
    await open(store, key);
    assert.equal(await store.read(key), undefined);
  },
  async "reads the result of the new life"(store) {
    const first = completion();
    const second = completion({ key: first.key });
    await store.put(first.event);
    await open(store, first.key);
    assert.equal(await store.put(second.event), "new");
    assert.deepEqual(await store.read(first.key), second.event.outcome);
  },
  async "takes every end without an operation's id, for nothing tells it from the next"(store) {
    const { key, event } = completion({ operationId: "" });
    await open(store, key);
    assert.equal(await store.put(event), "new");
    assert.equal(await store.put(event), "new");
    assert.deepEqual(await store.read(key), event.outcome);
  },
  async "knows an event that was put before, and tells it to nobody again"(store) {
    const { key, event } = completion();
    await open(store, key);
    await store.put(event);
    const heard = listenTo(store);
    assert.equal(await store.put(event), "seen");
    assert.deepEqual(heard.events, []);
  },
  async "tells who listens what was put"(store) {
    const { key, event } = completion();
    const heard = listenTo(store);
    await open(store, key);
    await store.put(event);
    assert.deepEqual(await heard.next(), event);
  },
  async "tells nothing to who has stopped listening"(store) {
    const { key, event } = completion();
    const heard = listenTo(store);
    heard.stop();
    await open(store, key);
    await store.put(event);
    assert.deepEqual(heard.events, []);
  },
  async "tells the end of a call, once"(store) {
    const { key } = completion();
    const end: StoredEvent = { type: "callEnd", callId: key.callId, resultInfo: { code: 200, subcode: 7000 } };
    const heard = listenTo(store);
    await open(store, key);
    assert.equal(await store.put(end), "new");
    assert.equal(await store.put(end), "seen");
    assert.deepEqual(await heard.next(), end);
    assert.equal(heard.events.length, 1);
  },
  async "keeps keys apart that share a call or a clientContext"(store) {
    const { key, event } = completion();
    const sameCall = { callId: key.callId, clientContext: `${key.clientContext}.` };
    const sameContext = { callId: crypto.randomUUID(), clientContext: key.clientContext };
    for (const one of [key, sameCall, sameContext]) await open(store, one);
    await store.put(event);
    assert.equal(await store.read(sameCall), undefined);
    assert.equal(await store.read(sameContext), undefined);
  },
  async "where it shares keys, tells them in order to the other instances that listen, and the call's end"(
    store,
    another,
  ) {
    if (!store.tones) return;
    const listens = await another();
    const { callId } = newKey();
    const tone = (sequenceId: number): ToneInfo => ({ sequenceId, tone: "tone4" });
    await store.tones.put(callId, tone(1));
    const told: [number, boolean][] = [];
    const own: ToneInfo[] = [];
    const stopOwn = store.tones.listen(callId, (heard) => own.push(heard));
    await new Promise<void>((resolve) => {
      const stop = listens.tones?.listen(callId.toUpperCase(), ({ sequenceId }, isPast) => {
        told.push([sequenceId, isPast]);
        if (sequenceId === 1) void store.tones?.put(callId, tone(2)).then(() => store.tones?.put(callId, tone(3)));
        if (sequenceId === 3) resolve();
      });
      assert.notEqual(stop, undefined);
    });
    // Whether the first was put before the listening began, by a clock that both go by, only the store can tell.
    assert.deepEqual(
      told.map(([sequenceId]) => sequenceId),
      [1, 2, 3],
    );
    assert.deepEqual(
      told.slice(1).map(([, isPast]) => isPast),
      [false, false],
    );
    const heard = listenTo(listens);
    await store.put({ type: "callEnd", callId });
    assert.equal((await heard.next()).type, "callEnd");
    stopOwn();
    assert.deepEqual(own, []);
  },
  async "where it has leases, lets one instance hold that of a call, and another take over what has run out"(
    store,
    another,
  ) {
    if (!store.leases) return;
    const leases = store.leases;
    const others = (await another()).leases;
    assert.ok(others, "expected every instance to have leases");
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
    // Nobody else has asked for it.
    assert.equal(await others.renew(call, FAR_AHEAD_MS), true);
    await leases.end(callId);
  },
  async "where it has leases, ends that of a call for all, until somebody begins another"(store, another) {
    if (!store.leases) return;
    const leases = store.leases;
    const others = (await another()).leases;
    assert.ok(others, "expected every instance to have leases");
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
  async "finds a call under any spelling of its id"(store) {
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

interface Heard {
  events: StoredEvent[];
  next(): Promise<StoredEvent>;
  stop(): void;
}

function listenTo(store: OperationStore): Heard {
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
