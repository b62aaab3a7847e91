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
  type OperationStore,
  onAbort,
  outcomeOf,
  type PendingOperation,
  type StoredCallEnd,
  type StoredCompletion,
  type StoredEvent,
  systemClock,
  type Timer,
  type ToneSharing,
} from "@graph-dtmf/models";
import { completionEvent } from "./completion-event.ts";
import { Deadlines } from "./deadlines.ts";
import type { CallEnd } from "./expected-call.ts";
import { ExpectedOperations } from "./expected-operations.ts";
import { HeardEnds } from "./heard-ends.ts";
import { LocalEnds } from "./local-ends.ts";
import type { Notification } from "./notification.ts";
import type { OperationTracker, ToneSubscription } from "./operation-tracker.ts";
import { type EntryKeeper, type EntryOptions, PendingEntry } from "./pending-entry.ts";
import { Recent } from "./recent.ts";
import { type EndKeeper, type HeardEnd, StoreLink } from "./store-link.ts";
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

const NEW = Promise.resolve("new" as const);
const SEEN = Promise.resolve("seen" as const);

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

/** A call that is over. */
interface EndedCall extends HeardEnd {
  end: CallEnd;
}

class Tracker implements OperationTracker, EntryKeeper {
  readonly #clock: Clock;
  readonly #link: EndKeeper;
  readonly #graceMs: number;
  readonly #maxPending: number;
  readonly #deadlines: Deadlines;
  readonly #expected = new ExpectedOperations();
  readonly #endedCalls: Recent<EndedCall>;
  /** Ends of operations that were heard, or that nobody here waits for any longer. */
  readonly #ends: HeardEnds;
  readonly #subscriptions = new ToneSubscriptions();
  readonly #stopListening: () => void;
  #isClosed = false;

  constructor(options: OperationTrackerOptions) {
    const { store, clock = systemClock, callEndGraceMs = 2_000, maxPending = 250_000, logger } = options;
    const limits = { clock, windowMs: REMEMBERED_MS, most: MOST_REMEMBERED };
    this.#clock = clock;
    this.#graceMs = callEndGraceMs;
    this.#maxPending = maxPending;
    this.#deadlines = new Deadlines(clock);
    this.#endedCalls = new Recent(limits);
    this.#ends = new HeardEnds(limits);
    const resumed = (entry: PendingEntry, untilMs: number): void => this.#schedule(entry, untilMs);
    this.#link = store
      ? new StoreLink({ store, clock, deadlines: this.#deadlines, maxPending, logger, resumed })
      : new LocalEnds(clock);
    this.#stopListening = store?.listen((event) => this.#hearElsewhere(event)) ?? (() => {});
  }

  get tones(): ToneSharing | undefined {
    return this.#link.tones;
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
    const call = normalizeId(callId);
    const context = clientContext ?? randomUUID();
    if (this.#expected.callIfAny(call)?.get(context)) {
      throw new InvalidRequestError("an operation of this call is still pending under that clientContext");
    }
    const isFresh = clientContext === undefined;
    const untilMs = this.#clock.now() + UNANSWERED_MS;
    const entry = this.#add(call, { clientContext: context, expectedMs, kind, isFresh, keeper: this }, untilMs);
    if (kind === "subscribeToToneOperation") this.#subscriptions.asked(entry, this.#clock.now());
    this.#link.register(entry, untilMs);
    return entry;
  }

  resume({ callId, clientContext }: OperationKey): PendingOperation {
    const call = normalizeId(callId);
    const known = this.#expected.get(call, clientContext);
    if (known) return known;
    const untilMs = this.#clock.now() + UNANSWERED_MS;
    const options = { clientContext, expectedMs: 0, kind: undefined, isFresh: false, keeper: this };
    const entry = this.#add(call, options, untilMs);
    this.#link.takeUp(entry, untilMs);
    return entry;
  }

  async ended(callId: string, { signal }: { signal?: AbortSignal } = {}): Promise<CallEnd> {
    const id = normalizeId(callId);
    const known = this.#endedCalls.get(id);
    if (known) return known.end;
    signal?.throwIfAborted();
    if (this.#isClosed) throw closed();
    const call = this.#expected.call(id);
    let stop = (): void => {};
    return new Promise<CallEnd>((resolve, reject) => {
      const wait = { resolve, reject };
      const deaf = signal && onAbort(signal, () => reject(signal.reason));
      call.endWaits ??= new Set();
      call.endWaits.add(wait);
      stop = () => {
        deaf?.();
        call.endWaits?.delete(wait);
        this.#expected.dropIfIdle(call);
      };
    }).finally(() => stop());
  }

  subscribed(heard: (subscription: ToneSubscription) => void): () => void {
    return this.#subscriptions.listen(heard);
  }

  hear(notification: Notification): Promise<"new" | "seen"> {
    const callId = normalizeId(notification.callId ?? "");
    if (notification.kind === "operation") return this.#hearOperation(callId, notification.operation);
    if (notification.kind !== "call") return NEW;
    const { state, resultInfo } = notification.call;
    if (state !== "terminated" && notification.changeType !== "deleted") return NEW;
    const event: StoredCallEnd = { type: "callEnd", callId, ...(resultInfo && { resultInfo }) };
    const end = this.#endCall(event);
    return end.isKept ? SEEN : this.#link.keep(event, end);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopListening();
    for (const entry of this.#expected.entries()) entry.due();
    for (const call of this.#expected.calls()) for (const wait of call.endWaits ?? []) wait.reject(closed());
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
    const event = operation && entry.outcome && completionEvent(call.id, operation, entry);
    if (!event) return;
    const end = this.#ends.of(call.id, event.operationId);
    // For whoever resumes this wait later. The wait here is settled already, whatever becomes of it.
    if (!end.isKept) this.#link.keep(event, end).catch(() => {});
  }

  forget(entry: PendingEntry): void {
    this.#deadlines.clear(entry);
    this.#expected.remove(entry);
    this.#link.forget(entry);
    this.#subscriptions.forget(entry);
    const { operationId, outcome } = entry;
    // It was given up: an end that comes late must not settle the next wait under its clientContext.
    if (operationId && outcome && !("operation" in outcome)) this.#ends.of(entry.call.id, operationId);
  }

  #add(callId: string, options: EntryOptions, untilMs: number): PendingEntry {
    if (this.#isClosed) throw closed();
    if (this.#expected.size >= this.#maxPending) {
      throw new DtmfError("too_many_pending", `${this.#maxPending} operations are pending: no more can be waited for`);
    }
    const entry = new PendingEntry(this.#expected.call(callId), options);
    this.#expected.add(entry);
    this.#schedule(entry, untilMs);
    return entry;
  }

  /** Settles it at that time at the latest; soon, if its call is over. */
  #schedule(entry: PendingEntry, atMs: number): void {
    if (entry.isOver) return;
    const ended = this.#endedCalls.get(entry.call.id);
    if (ended) entry.endCall(ended.end);
    this.#deadlines.set(entry, ended ? Math.min(atMs, this.#clock.now() + this.#graceMs) : atMs);
  }

  #hearOperation(callId: string, operation: CommsOperation): Promise<"new" | "seen"> {
    const known = this.#ends.get(callId, operation.id);
    const entry = this.#tellWhoWaits(callId, operation, known);
    if (operation.status !== "completed" && operation.status !== "failed") return NEW;
    if (known?.isKept) return SEEN;
    const event = completionEvent(callId, operation, entry);
    if (!event) return NEW;
    return this.#link.keep(entry ? event : this.#addressed(event), known ?? this.#ends.note(callId, operation.id));
  }

  /** What another instance heard, or the echo of what this one did. */
  #hearElsewhere(event: StoredEvent): void {
    const callId = normalizeId(event.callId);
    if (event.type === "callEnd") {
      this.#endCall({ ...event, callId }).isKept = true;
      return;
    }
    const { operationId = "", clientContext, outcome } = event;
    if ("operation" in outcome) {
      const operation = {
        ...outcome.operation,
        id: operationId,
        ...(clientContext !== undefined && { clientContext }),
      };
      this.#tellWhoWaits(callId, operation, this.#ends.get(callId, operationId));
    }
    this.#ends.of(callId, operationId).isKept = true;
  }

  /**
   * Tells whoever waits for it; `undefined` if nobody does.
   *
   * Under a clientContext that is used again, a repeated end must not settle the next life of it. One that nobody could
   * be matched with when it came is still news to whoever it turns out to be of.
   */
  #tellWhoWaits(callId: string, operation: CommsOperation, known: HeardEnd | undefined): PendingEntry | undefined {
    const call = this.#expected.callIfAny(callId);
    const entry = call?.match(operation);
    if (entry && (!known || entry.call.claim(operation.id))) {
      this.#tell(entry, operation);
      return entry;
    }
    if (call && !entry && !known && operation.id && outcomeOf(operation)) call.keepUnclaimed(operation);
    return undefined;
  }

  /** Tells what was heard of an operation, and what had been heard before it was known whose it is. */
  #tell(entry: PendingEntry, operation: CommsOperation): void {
    this.#subscriptions.heard(entry, operation);
    entry.hear(operation);
    const unclaimed = entry.call.claim(operation.id);
    if (unclaimed) entry.hear(unclaimed);
  }

  /** Without its clientContext, if that is of another operation by now. */
  #addressed(event: StoredCompletion): StoredCompletion {
    const { clientContext, ...rest } = event;
    if (clientContext === undefined || !event.operationId) return event;
    return this.#expected.get(event.callId, clientContext) ? rest : event;
  }

  #endCall({ callId, resultInfo }: StoredCallEnd): HeardEnd {
    const known = this.#endedCalls.get(callId);
    if (known) return known;
    const ended = { end: resultInfo ? { resultInfo } : {}, isKept: false };
    this.#endedCalls.set(callId, ended);
    const call = this.#expected.callIfAny(callId);
    for (const entry of call?.entries() ?? []) this.#schedule(entry, Number.POSITIVE_INFINITY);
    for (const wait of call?.endWaits ?? []) wait.resolve(ended.end);
    return ended;
  }
}

function closed(): DtmfError {
  return new DtmfError("closed", "the operation tracker is closed");
}
