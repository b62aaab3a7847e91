import { randomUUID } from "node:crypto";
import {
  type Clock,
  type CommsOperation,
  DtmfError,
  type ExpectedOperation,
  InvalidRequestError,
  normalizeId,
  type OperationKey,
  type OperationOutcome,
  type OperationStore,
  outcomeOf,
  type PendingOperation,
  type StoredCompletion,
  type StoredEvent,
  systemClock,
  type Timer,
} from "@graph-dtmf/models";
import { Deadlines } from "./deadlines.ts";
import type { CallEnd } from "./expected-call.ts";
import { ExpectedOperations } from "./expected-operations.ts";
import { createMemoryOperationStore } from "./memory-store.ts";
import type { Notification } from "./notification.ts";
import { eventId, keyOf, operationEventId } from "./operation-key.ts";
import type { OperationTracker, ToneSubscription } from "./operation-tracker.ts";
import { type EntryKeeper, type EntryOptions, PendingEntry } from "./pending-entry.ts";
import { Recent } from "./recent.ts";

/** How a tracker waits. */
export interface OperationTrackerOptions {
  /** What instances share. Default: the memory of this process. Yours to close. */
  store?: OperationStore;
  /**
   * How long a real end may still come after the call has ended, in milliseconds. Default 2,000. Graph itself sends
   * none for what was pending.
   */
  callEndGraceMs?: number;
  /** How many operations may be waited for at once. Default 250,000. */
  maxPending?: number;
  /** Time, for tests. */
  clock?: Clock;
}

/** How late the end of an operation may come. */
const LATENESS_MS = 30_000;
/** How long an entry stands whose sender never says what became of the request. */
const UNANSWERED_MS = 10 * 60_000;
/** For how long, and how many, ends of calls and of operations are remembered. */
const REMEMBERED_MS = 10 * 60_000;
const MOST_REMEMBERED = 10_000;

/** Makes a tracker: give it to `createDtmfClient` and to `createNotificationReceiver`. */
export function createOperationTracker(options: OperationTrackerOptions = {}): OperationTracker {
  return new Tracker(options);
}

class Tracker implements OperationTracker, EntryKeeper {
  readonly #clock: Clock;
  readonly #store: OperationStore;
  readonly #graceMs: number;
  readonly #maxPending: number;
  readonly #deadlines: Deadlines;
  readonly #expected = new ExpectedOperations();
  readonly #endedCalls: Recent<CallEnd>;
  readonly #kept: Recent<true>;
  readonly #stopListening: () => void;
  /** Subscriptions to tones that Graph has not taken yet, with the time at which they were made. */
  readonly #subscribing = new Map<PendingEntry, number>();
  readonly #subscriptionListeners = new Set<(subscription: ToneSubscription) => void>();
  #closed = false;

  constructor({ store, callEndGraceMs = 2_000, maxPending = 250_000, clock = systemClock }: OperationTrackerOptions) {
    const limits = { clock, windowMs: REMEMBERED_MS, most: MOST_REMEMBERED };
    this.#clock = clock;
    this.#store = store ?? createMemoryOperationStore({ clock });
    this.#graceMs = callEndGraceMs;
    this.#maxPending = maxPending;
    this.#deadlines = new Deadlines(clock);
    this.#endedCalls = new Recent(limits);
    this.#kept = new Recent(limits);
    this.#stopListening = this.#store.listen((event) => this.#settleBy(event));
  }

  get pending(): number {
    return this.#expected.size;
  }

  expect({ callId, clientContext = randomUUID(), expectedMs = 0, kind }: ExpectedOperation): PendingOperation {
    const id = { callId: normalizeId(callId), clientContext };
    const key = keyOf(id);
    if (this.#expected.get(key)) {
      throw new InvalidRequestError("an operation of this call is still pending under that clientContext");
    }
    const entry = this.#add({ ...id, key, expectedMs, kind });
    if (kind === "subscribeToToneOperation") this.#subscribing.set(entry, this.#clock.now());
    // Without a store the waits here go on all the same.
    this.#store.open(id, this.#clock.now() + UNANSWERED_MS).catch(() => {});
    return entry;
  }

  resume({ callId, clientContext }: OperationKey): PendingOperation {
    const id = { callId: normalizeId(callId), clientContext };
    const key = keyOf(id);
    const known = this.#expected.get(key);
    if (known) return known;
    const entry = this.#add({ ...id, key, expectedMs: 0, kind: undefined });
    void this.#takeUp(entry, id);
    return entry;
  }

  async ended(callId: string, { signal }: { signal?: AbortSignal } = {}): Promise<CallEnd> {
    const id = normalizeId(callId);
    const end = this.#endedCalls.get(id);
    if (end) return end;
    signal?.throwIfAborted();
    if (this.#closed) throw closed();
    const call = this.#expected.call(id);
    let stop = (): void => {};
    return new Promise<CallEnd>((resolve, reject) => {
      const wait = { resolve, reject };
      const abort = (): void => reject(signal?.reason);
      call.endWaits.add(wait);
      signal?.addEventListener("abort", abort);
      stop = () => {
        signal?.removeEventListener("abort", abort);
        call.endWaits.delete(wait);
        this.#expected.dropIfIdle(call);
      };
    }).finally(() => stop());
  }

  subscribed(heard: (subscription: ToneSubscription) => void): () => void {
    this.#subscriptionListeners.add(heard);
    return () => this.#subscriptionListeners.delete(heard);
  }

  async hear(notification: Notification): Promise<"new" | "seen"> {
    const callId = normalizeId(notification.callId ?? "");
    switch (notification.kind) {
      case "operation":
        return this.#hearOperation(callId, notification.operation);
      case "call": {
        const { state, resultInfo } = notification.call;
        if (state !== "terminated" && notification.changeType !== "deleted") return "new";
        return this.#keep({ type: "callEnd", callId, ...(resultInfo && { resultInfo }) });
      }
      default:
        return "new";
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopListening();
    for (const entry of this.#expected.entries()) entry.due();
    for (const call of this.#expected.calls()) for (const wait of call.endWaits) wait.reject(closed());
  }

  hold(): void {
    this.#deadlines.hold();
  }

  release(): void {
    this.#deadlines.release();
  }

  after(ms: number, callback: () => void): Timer {
    return this.#clock.after(ms, callback);
  }

  answered(entry: PendingEntry, operation: CommsOperation | undefined): void {
    const { call } = entry;
    // Operations of one call are played one behind the other, so this one's time starts when those before it end.
    call.busyUntilMs = Math.max(call.busyUntilMs, this.#clock.now()) + entry.expectedMs;
    this.#schedule(entry, call.busyUntilMs + LATENESS_MS);
    if (!operation) return;
    this.#tell(entry, operation);
    const event =
      entry.outcome && completionEvent(call.id, { ...operation, clientContext: entry.clientContext }, entry.outcome);
    // For whoever resumes this wait later. The wait here is settled already, whatever becomes of it.
    if (event) void this.#keep(event).catch(() => {});
  }

  forget(entry: PendingEntry): void {
    this.#deadlines.clear(entry);
    this.#expected.remove(entry);
    this.#subscribing.delete(entry);
  }

  #add({ callId, ...wait }: { callId: string } & Omit<EntryOptions, "call" | "keeper">): PendingEntry {
    if (this.#closed) throw closed();
    if (this.#expected.size >= this.#maxPending) {
      throw new DtmfError("too_many_pending", `${this.#maxPending} operations are pending: no more can be waited for`);
    }
    const entry = new PendingEntry({ ...wait, call: this.#expected.call(callId), keeper: this });
    this.#expected.add(entry);
    this.#schedule(entry, this.#clock.now() + UNANSWERED_MS);
    return entry;
  }

  /** Has the store tell from now on, and only then asks what it knows: so nothing falls in between. */
  async #takeUp(entry: PendingEntry, id: OperationKey): Promise<void> {
    try {
      await this.#store.open(id, this.#clock.now() + UNANSWERED_MS, { resume: true });
      const stored = await this.#store.read(id);
      if (stored) take(entry, stored);
    } catch {
      // The entry ends by its deadline, or by what is heard here.
    }
  }

  /** Settles it at that time at the latest; soon, if its call is over. */
  #schedule(entry: PendingEntry, atMs: number): void {
    const end = this.#endedCalls.get(entry.call.id);
    if (end) entry.endCall(end);
    this.#deadlines.set(entry, end ? Math.min(atMs, this.#clock.now() + this.#graceMs) : atMs);
  }

  async #hearOperation(callId: string, operation: CommsOperation): Promise<"new" | "seen"> {
    const entry = this.#expected.match(callId, operation);
    // Under a clientContext that is used again, a repeated end must not settle the next life of it. One that nobody could
    // be matched with when it came is still news to whoever it turns out to be of.
    const repeated = operation.id !== "" && this.#kept.get(operationEventId(callId, operation.id)) === true;
    if (entry && (!repeated || entry.call.claim(operation.id))) this.#tell(entry, operation);
    if (repeated) return "seen";
    const outcome = entry?.outcome ?? outcomeOf(operation);
    if (!outcome) return "new";
    if (!entry && operation.id) this.#expected.callIfAny(callId)?.keepUnclaimed(operation);
    const event = completionEvent(callId, { clientContext: entry?.clientContext, ...operation }, outcome);
    return event ? this.#keep(event) : "new";
  }

  /** Tells what was heard of an operation, and what had been heard before it was known whose it is. */
  #tell(entry: PendingEntry, operation: CommsOperation): void {
    const sinceMs = this.#subscribing.get(entry);
    if (sinceMs !== undefined && operation.status !== "failed") {
      this.#subscribing.delete(entry);
      for (const heard of this.#subscriptionListeners) heard({ callId: entry.call.id, sinceMs });
    }
    entry.hear(operation);
    const unclaimed = entry.call.claim(operation.id);
    if (unclaimed) entry.hear(unclaimed);
  }

  /** Settles what the event ends, and has the store keep it. It counts as seen only once it was kept. */
  async #keep(event: StoredEvent): Promise<"new" | "seen"> {
    const id = eventId(event);
    if (id !== undefined && this.#kept.get(id)) return "seen";
    this.#settleBy(event);
    const kept = await this.#store.put(event);
    if (id !== undefined) this.#kept.set(id, true);
    return kept;
  }

  #settleBy(event: StoredEvent): void {
    if (event.type === "completion") {
      const { callId, operationId = "", clientContext, outcome } = event;
      const entry = this.#expected.match(callId, {
        id: operationId,
        ...(clientContext !== undefined && { clientContext }),
      });
      if (entry) take(entry, outcome);
    } else if (!this.#endedCalls.get(event.callId)) {
      this.#endCall(event.callId, event.resultInfo ? { resultInfo: event.resultInfo } : {});
    }
  }

  #endCall(callId: string, end: CallEnd): void {
    this.#endedCalls.set(callId, end);
    const call = this.#expected.callIfAny(callId);
    if (!call) return;
    for (const entry of call.entries()) this.#schedule(entry, Number.POSITIVE_INFINITY);
    for (const wait of call.endWaits) wait.resolve(end);
  }
}

/** An outcome that another instance told; judged again where it can be, for here it is known what was asked for. */
function take(entry: PendingEntry, outcome: OperationOutcome): void {
  if ("operation" in outcome) entry.hear(outcome.operation);
  else entry.settle(outcome);
}

/** The event of an operation's end; `undefined` if nothing identifies it, so that nobody could be told. */
function completionEvent(
  callId: string,
  { id, clientContext }: { id: string; clientContext?: string | undefined },
  outcome: OperationOutcome,
): StoredCompletion | undefined {
  if (!id && clientContext === undefined) return undefined;
  return {
    type: "completion",
    callId,
    outcome,
    ...(id && { operationId: id }),
    ...(clientContext !== undefined && { clientContext }),
  };
}

function closed(): DtmfError {
  return new DtmfError("closed", "the operation tracker is closed");
}
