import { randomUUID } from "node:crypto";
import {
  type Clock,
  type CommsOperation,
  DtmfError,
  type ExpectedOperation,
  InvalidRequestError,
  type Logger,
  normalizeId,
  type OperationKey,
  type OperationOutcome,
  type OperationStore,
  onAbort,
  outcomeOf,
  type PendingOperation,
  type StoredCallEnd,
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
import { type HeardEnd, StoreLink } from "./store-link.ts";
import { ToneSubscriptions } from "./tone-subscriptions.ts";

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
  /** Is told when the store is away, when it is back, and what was lost. */
  logger?: Logger;
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

/**
 * Makes a tracker: give it to `createDtmfClient` and to `createNotificationReceiver`.
 *
 * @throws TypeError for a limit that is no number of 0 or more.
 */
export function createOperationTracker(options: OperationTrackerOptions = {}): OperationTracker {
  for (const name of ["callEndGraceMs", "maxPending"] as const) {
    const { [name]: limit = 0 } = options;
    if (!(limit >= 0)) throw new TypeError(`expected ${name} to be a number of 0 or more, got ${limit}`);
  }
  return new Tracker(options);
}

class Tracker implements OperationTracker, EntryKeeper {
  readonly #clock: Clock;
  readonly #link: StoreLink;
  readonly #graceMs: number;
  readonly #maxPending: number;
  readonly #deadlines: Deadlines;
  readonly #expected = new ExpectedOperations();
  readonly #endedCalls: Recent<CallEnd>;
  /** Ends of operations and calls that were heard, or that nobody here waits for any longer. */
  readonly #ends: Recent<HeardEnd>;
  readonly #subscriptions = new ToneSubscriptions();
  readonly #stopListening: () => void;
  #isClosed = false;

  constructor(options: OperationTrackerOptions) {
    const { clock = systemClock, callEndGraceMs = 2_000, maxPending = 250_000, logger } = options;
    const store = options.store ?? createMemoryOperationStore({ clock });
    const limits = { clock, windowMs: REMEMBERED_MS, most: MOST_REMEMBERED };
    this.#clock = clock;
    this.#graceMs = callEndGraceMs;
    this.#maxPending = maxPending;
    this.#deadlines = new Deadlines(clock);
    this.#endedCalls = new Recent(limits);
    this.#ends = new Recent(limits);
    this.#link = new StoreLink({
      store,
      clock,
      deadlines: this.#deadlines,
      maxPending,
      logger,
      resumed: (entry, untilMs) => this.#schedule(entry, untilMs),
    });
    this.#stopListening = store.listen((event) => this.#hearElsewhere(event));
  }

  get pending(): number {
    return this.#expected.size;
  }

  get unkept(): number {
    return this.#link.unkept;
  }

  get lost(): number {
    return this.#link.lost;
  }

  expect({ callId, clientContext, expectedMs = 0, kind }: ExpectedOperation): PendingOperation {
    if (!(expectedMs >= 0 && expectedMs < Number.POSITIVE_INFINITY)) {
      throw new InvalidRequestError(`expectedMs must be 0 or more milliseconds, got ${expectedMs}`);
    }
    const id = { callId: normalizeId(callId), clientContext: clientContext ?? randomUUID() };
    const key = keyOf(id);
    if (this.#expected.get(key)) {
      throw new InvalidRequestError("an operation of this call is still pending under that clientContext");
    }
    const entry = this.#add({ ...id, key, expectedMs, kind, isFresh: clientContext === undefined });
    if (kind === "subscribeToToneOperation") this.#subscriptions.asked(entry, this.#clock.now());
    this.#link.register(entry, this.#clock.now() + UNANSWERED_MS);
    return entry;
  }

  resume({ callId, clientContext }: OperationKey): PendingOperation {
    const id = { callId: normalizeId(callId), clientContext };
    const key = keyOf(id);
    const known = this.#expected.get(key);
    if (known) return known;
    const entry = this.#add({ ...id, key, expectedMs: 0, kind: undefined, isFresh: false });
    this.#link.takeUp(entry, this.#clock.now() + UNANSWERED_MS);
    return entry;
  }

  async ended(callId: string, { signal }: { signal?: AbortSignal } = {}): Promise<CallEnd> {
    const id = normalizeId(callId);
    const end = this.#endedCalls.get(id);
    if (end) return end;
    signal?.throwIfAborted();
    if (this.#isClosed) throw closed();
    const call = this.#expected.call(id);
    let stop = (): void => {};
    return new Promise<CallEnd>((resolve, reject) => {
      const wait = { resolve, reject };
      const deaf = signal && onAbort(signal, () => reject(signal.reason));
      call.endWaits.add(wait);
      stop = () => {
        deaf?.();
        call.endWaits.delete(wait);
        this.#expected.dropIfIdle(call);
      };
    }).finally(() => stop());
  }

  subscribed(heard: (subscription: ToneSubscription) => void): () => void {
    return this.#subscriptions.listen(heard);
  }

  async hear(notification: Notification): Promise<"new" | "seen"> {
    const callId = normalizeId(notification.callId ?? "");
    switch (notification.kind) {
      case "operation":
        return this.#hearOperation(callId, notification.operation);
      case "call": {
        const { state, resultInfo } = notification.call;
        if (state !== "terminated" && notification.changeType !== "deleted") return "new";
        return this.#hearCallEnd({ type: "callEnd", callId, ...(resultInfo && { resultInfo }) });
      }
      default:
        return "new";
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopListening();
    for (const entry of this.#expected.entries()) entry.due();
    for (const call of this.#expected.calls()) for (const wait of call.endWaits) wait.reject(closed());
    await this.#link.close();
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
    const untilMs = call.busyUntilMs + LATENESS_MS;
    this.#schedule(entry, untilMs);
    if (operation) this.#tell(entry, operation);
    if (!entry.isOver) this.#link.register(entry, untilMs, { goesOn: true });
    const event = operation && entry.outcome && completionEvent(call.id, entry.named(operation), entry.outcome);
    // For whoever resumes this wait later. The wait here is settled already, whatever becomes of it.
    if (event) this.#keep(event).catch(() => {});
  }

  forget(entry: PendingEntry): void {
    this.#deadlines.clear(entry);
    this.#expected.remove(entry);
    this.#link.forget(entry);
    this.#subscriptions.forget(entry);
    const { operationId, outcome } = entry;
    // It was given up: an end that comes late must not settle the next wait under its clientContext.
    if (operationId && outcome && !("operation" in outcome)) this.#endOf(operationEventId(entry.call.id, operationId));
  }

  #add({ callId, ...wait }: { callId: string } & Omit<EntryOptions, "call" | "keeper">): PendingEntry {
    if (this.#isClosed) throw closed();
    if (this.#expected.size >= this.#maxPending) {
      throw new DtmfError("too_many_pending", `${this.#maxPending} operations are pending: no more can be waited for`);
    }
    const entry = new PendingEntry({ ...wait, call: this.#expected.call(callId), keeper: this });
    this.#expected.add(entry);
    this.#schedule(entry, this.#clock.now() + UNANSWERED_MS);
    return entry;
  }

  /** Settles it at that time at the latest; soon, if its call is over. */
  #schedule(entry: PendingEntry, atMs: number): void {
    if (entry.isOver) return;
    const end = this.#endedCalls.get(entry.call.id);
    if (end) entry.endCall(end);
    this.#deadlines.set(entry, end ? Math.min(atMs, this.#clock.now() + this.#graceMs) : atMs);
  }

  async #hearOperation(callId: string, operation: CommsOperation): Promise<"new" | "seen"> {
    const known = operation.id ? this.#ends.get(operationEventId(callId, operation.id)) : undefined;
    const entry = this.#tellWhoWaits(callId, operation, known);
    const outcome = outcomeOf(operation);
    if (!outcome) return "new";
    if (known?.isKept) return "seen";
    const event = completionEvent(callId, entry?.named(operation) ?? operation, entry?.outcome ?? outcome);
    return event ? this.#keep(event) : "new";
  }

  async #hearCallEnd(event: StoredCallEnd): Promise<"new" | "seen"> {
    this.#endCall(event);
    return this.#keep(event);
  }

  /** What another instance heard, or the echo of what this one did. */
  #hearElsewhere(event: StoredEvent): void {
    const id = eventId(event);
    const known = id === undefined ? undefined : this.#ends.get(id);
    if (event.type === "callEnd") this.#endCall({ ...event, callId: normalizeId(event.callId) });
    else if ("operation" in event.outcome) {
      const { callId, operationId = "", clientContext, outcome } = event;
      const operation = {
        ...outcome.operation,
        id: operationId,
        ...(clientContext !== undefined && { clientContext }),
      };
      this.#tellWhoWaits(normalizeId(callId), operation, known);
    }
    if (id !== undefined) this.#endOf(id).isKept = true;
  }

  /**
   * Tells whoever waits for it; `undefined` if nobody does.
   *
   * Under a clientContext that is used again, a repeated end must not settle the next life of it. One that nobody could
   * be matched with when it came is still news to whoever it turns out to be of.
   */
  #tellWhoWaits(callId: string, operation: CommsOperation, known: HeardEnd | undefined): PendingEntry | undefined {
    const entry = this.#expected.match(callId, operation);
    if (entry && (!known || entry.call.claim(operation.id))) {
      this.#tell(entry, operation);
      return entry;
    }
    if (!entry && !known && operation.id && outcomeOf(operation)) {
      this.#expected.callIfAny(callId)?.keepUnclaimed(operation);
    }
    return undefined;
  }

  /** Tells what was heard of an operation, and what had been heard before it was known whose it is. */
  #tell(entry: PendingEntry, operation: CommsOperation): void {
    this.#subscriptions.heard(entry, operation);
    entry.hear(operation);
    const unclaimed = entry.call.claim(operation.id);
    if (unclaimed) entry.hear(unclaimed);
  }

  /** Has the store keep an end. It counts as seen only once it was kept. */
  async #keep(event: StoredEvent): Promise<"new" | "seen"> {
    const id = eventId(event);
    const end = id === undefined ? { isKept: false } : this.#endOf(id);
    return end.isKept ? "seen" : this.#link.keep(this.#addressed(event), end);
  }

  /** Without its clientContext, if that is of another operation by now. */
  #addressed(event: StoredEvent): StoredEvent {
    if (event.type === "callEnd" || event.clientContext === undefined || !event.operationId) return event;
    const { clientContext, ...rest } = event;
    return this.#expected.get(keyOf({ callId: event.callId, clientContext })) ? rest : event;
  }

  #endOf(id: string): HeardEnd {
    const known = this.#ends.get(id);
    if (known) return known;
    const end = { isKept: false };
    this.#ends.set(id, end);
    return end;
  }

  #endCall({ callId, resultInfo }: StoredCallEnd): void {
    if (this.#endedCalls.get(callId)) return;
    const end = resultInfo ? { resultInfo } : {};
    this.#endedCalls.set(callId, end);
    const call = this.#expected.callIfAny(callId);
    if (!call) return;
    for (const entry of call.entries()) this.#schedule(entry, Number.POSITIVE_INFINITY);
    for (const wait of call.endWaits) wait.resolve(end);
  }
}

/** The event of an operation's end; `undefined` if nothing identifies it, so that nobody could be told. */
function completionEvent(
  callId: string,
  { id, clientContext }: CommsOperation,
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
