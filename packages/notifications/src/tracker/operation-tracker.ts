import { randomUUID } from "node:crypto";
import {
  type Clock,
  type CommsOperation,
  DtmfError,
  type ExpectedOperation,
  InvalidRequestError,
  normalizeId,
  type OperationKey,
  type PendingOperation,
  type StoredEvent,
  type Timer,
  type ToneSharing,
} from "@graph-dtmf/models";
import { Deadlines } from "../collections/timer-wheel.ts";
import type { Notification } from "../parsing/notification.ts";
import { EndWaits } from "./call-end-waiters.ts";
import { isEnd } from "./completed-operation.ts";
import { EndedOperations, type OverOperation } from "./completed-operations.ts";
import { type EntryKeeper, type EntryOptions, PendingEntry } from "./pending-entry.ts";
import { completionEvent } from "./store-event.ts";
import { type HeardEnd, StoreLink } from "./store-sync.ts";
import { ToneSubscriptions } from "./tone-subscriptions.ts";
import { type CallEnd, type EndedCall, TrackedCall } from "./tracked-call.ts";
import { TrackedCalls } from "./tracked-calls.ts";
import { type OperationTrackerOptions, readTrackerOptions, type TrackerSettings } from "./tracker-options.ts";
import { NEW, type OperationTracker, type ToneSubscription } from "./tracker-types.ts";

/** How late the end of an operation may come. */
const LATENESS_MS = 30_000;
/** How long an entry stands whose sender never says what became of the request. */
const UNANSWERED_MS = 10 * 60_000;

const SEEN = Promise.resolve("seen" as const);

/**
 * Makes a tracker: give it to `createDtmfClient` and to `createNotificationReceiver`.
 *
 * @throws TypeError for a limit that is no number of 0 or more.
 */
export function createOperationTracker(options: OperationTrackerOptions = {}): OperationTracker {
  return new Tracker(readTrackerOptions(options));
}

class Tracker implements OperationTracker, EntryKeeper {
  readonly #clock: Clock;
  /** Absent where nothing is shared: then what is remembered here is all that is kept. */
  readonly #link: StoreLink | undefined;
  readonly #graceMs: number;
  readonly #maxPending: number;
  readonly #deadlines: Deadlines;
  readonly #calls = new TrackedCalls();
  readonly #over = new EndedOperations();
  readonly #subscriptions = new ToneSubscriptions();
  readonly #stopListening: () => void;
  #isClosed = false;

  constructor({ store, clock, callEndGraceMs, maxPending, logger }: TrackerSettings) {
    this.#clock = clock;
    this.#graceMs = callEndGraceMs;
    this.#maxPending = maxPending;
    this.#deadlines = new Deadlines(clock);
    const resumed = (entry: PendingEntry, untilMs: number): void => this.#schedule(entry, untilMs, clock.now());
    this.#link = store && new StoreLink({ store, clock, deadlines: this.#deadlines, maxPending, logger, resumed });
    this.#stopListening = store?.listen((event) => this.#hearElsewhere(event)) ?? (() => {});
  }

  get tones(): ToneSharing | undefined {
    return this.#link?.tones;
  }

  get pending(): number {
    return this.#calls.pending;
  }

  get pendingWrites(): number {
    return this.#link?.pendingWrites ?? 0;
  }

  get droppedWrites(): number {
    return this.#link?.droppedWrites ?? 0;
  }

  expect({ callId, clientContext, expectedMs = 0, kind }: ExpectedOperation): PendingOperation {
    if (!(expectedMs >= 0 && expectedMs < Number.POSITIVE_INFINITY)) {
      throw new InvalidRequestError(`expectedMs must be 0 or more milliseconds, got ${expectedMs}`);
    }
    const isFresh = clientContext === undefined;
    const nowMs = this.#clock.now();
    const options = { clientContext: clientContext ?? randomUUID(), expectedMs, kind, isFresh, keeper: this };
    const entry = this.#add(normalizeId(callId), options, nowMs);
    if (kind === "subscribeToToneOperation") this.#subscriptions.asked(entry, nowMs);
    this.#link?.register(entry, nowMs + UNANSWERED_MS);
    return entry;
  }

  resume({ callId, clientContext }: OperationKey): PendingOperation {
    const id = normalizeId(callId);
    const known = this.#calls.find(id)?.waiting(clientContext);
    if (known) return known;
    const nowMs = this.#clock.now();
    const options = { clientContext, expectedMs: 0, kind: undefined, isFresh: false, keeper: this };
    const entry = this.#add(id, options, nowMs);
    // Where a store is shared, another life may have begun elsewhere.
    if (this.#link) this.#link.takeUp(entry, nowMs + UNANSWERED_MS);
    else {
      const told = this.#over.outcomeUnder(id, clientContext);
      if (told) entry.take(told);
    }
    return entry;
  }

  async ended(callId: string, { signal }: { signal?: AbortSignal } = {}): Promise<CallEnd> {
    const id = normalizeId(callId);
    const known = this.#calls.find(id)?.ended;
    if (known) return known.end;
    signal?.throwIfAborted();
    if (this.#isClosed) throw closed();
    const call = this.#calls.of(id);
    call.endWaits ??= new EndWaits();
    return call.endWaits.begin(signal).finally(() => this.#calls.dropIfIdle(call));
  }

  subscribed(heard: (subscription: ToneSubscription) => void): () => void {
    return this.#subscriptions.listen(heard);
  }

  apply(notification: Notification): Promise<"new" | "seen"> {
    if (notification.kind === "operation") {
      return this.#hearOperation(normalizeId(notification.callId), notification.operation);
    }
    if (notification.kind !== "call") return NEW;
    const { state, resultInfo } = notification.call;
    if (state !== "terminated" && notification.changeType !== "deleted") return NEW;
    const call = this.#calls.of(normalizeId(notification.callId));
    const ended = this.#endCall(call, resultInfo ? { resultInfo } : {});
    return ended.isKept ? SEEN : this.#keep(ended, { type: "callEnd", callId: call.id, ...ended.end });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopListening();
    for (const call of this.#calls) {
      for (const entry of call.entries()) entry.due();
      call.endWaits?.reject(closed());
    }
    await this.#link?.close();
    this.#deadlines.close();
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
    const nowMs = this.#clock.now();
    // Operations of one call are played one behind the other, so this one's time starts when those before it end.
    call.busyUntilMs = Math.max(call.busyUntilMs, nowMs) + entry.expectedMs;
    const untilMs = call.busyUntilMs + LATENESS_MS;
    this.#schedule(entry, untilMs, nowMs);
    if (operation) this.#tell(entry, operation);
    if (!entry.isOver) this.#link?.register(entry, untilMs, { goesOn: true });
    // For whoever resumes this wait later. The wait here is settled already, whatever becomes of it.
    else if (operation && !entry.isKept) this.#keepEnd(call.id, entry, operation).catch(() => {});
  }

  forget(entry: PendingEntry): void {
    this.#deadlines.clear(entry);
    this.#calls.remove(entry);
    this.#over.add(entry);
    this.#link?.forget(entry);
    this.#subscriptions.forget(entry);
  }

  #add(callId: string, options: EntryOptions, nowMs: number): PendingEntry {
    if (this.#isClosed) throw closed();
    if (this.#calls.pending >= this.#maxPending) {
      throw new DtmfError("too_many_pending", `${this.#maxPending} operations are pending: no more can be waited for`);
    }
    const call = this.#calls.of(callId);
    if (call.waiting(options.clientContext)) {
      throw new InvalidRequestError("an operation of this call is still pending under that clientContext");
    }
    const entry = new PendingEntry(call, options);
    this.#calls.add(entry);
    this.#schedule(entry, nowMs + UNANSWERED_MS, nowMs);
    return entry;
  }

  /** Settles it at that time at the latest; soon, if its call is over. */
  #schedule(entry: PendingEntry, atMs: number, nowMs: number): void {
    if (entry.isOver) return;
    this.#deadlines.set(entry, entry.call.ended ? Math.min(atMs, nowMs + this.#graceMs) : atMs);
  }

  #hearOperation(callId: string, operation: CommsOperation): Promise<"new" | "seen"> {
    const end = this.#tellWhoWaits(callId, operation);
    if (!end) return NEW;
    return end.isKept ? SEEN : this.#keepEnd(callId, end, operation);
  }

  /** What another instance heard, or the echo of what this one did. */
  #hearElsewhere(event: StoredEvent): void {
    const callId = normalizeId(event.callId);
    if (event.type === "callEnd") {
      const { resultInfo } = event;
      this.#endCall(this.#calls.of(callId), resultInfo ? { resultInfo } : {}).isKept = true;
      return;
    }
    const { operationId = "", clientContext, outcome } = event;
    // All else is said by whoever waits, of its own wait.
    if (!("operation" in outcome)) return;
    const context = clientContext !== undefined && { clientContext };
    const operation = { ...outcome.operation, id: operationId, ...context };
    const end = this.#tellWhoWaits(callId, operation);
    if (end) end.isKept = true;
  }

  /** Tells whoever waits for it. Hands back what is remembered of its end, if it has ended. */
  #tellWhoWaits(callId: string, operation: CommsOperation): OverOperation | undefined {
    const call = this.#calls.find(callId);
    const entry = call?.match(operation, this.#over);
    if (entry) this.#tell(entry, operation);
    if (!isEnd(operation)) return undefined;
    if (entry?.isTold) return entry;
    // Under a clientContext that is used again, a repeated end must not settle the next life of it.
    const over = operation.id ? this.#over.get(callId, operation.id) : undefined;
    if (over?.isTold) return over;
    const ended = this.#over.note(callId, operation);
    if (!entry && !over) call?.keepUnclaimed(operation, ended);
    return ended;
  }

  /** Tells what was heard of an operation, and what had been heard before it was known whose it is. */
  #tell(entry: PendingEntry, operation: CommsOperation): void {
    this.#subscriptions.heard(entry, operation);
    const unclaimed = entry.call.claim(operation.id);
    entry.hear(operation);
    if (unclaimed) {
      entry.hear(unclaimed.operation);
      entry.isKept = unclaimed.ended.isKept;
    }
    entry.call.identify(entry);
  }

  #keepEnd(callId: string, end: OverOperation, operation: CommsOperation): Promise<"new" | "seen"> {
    // Most ends that others wait for are of a call in which nobody waits here.
    const callOf = (): TrackedCall => this.#calls.find(callId) ?? new TrackedCall(callId);
    return this.#keep(end, this.#link && completionEvent(operation, end, callOf()));
  }

  /** Where nothing is shared, to remember it here is to keep it. */
  #keep(end: HeardEnd, event: StoredEvent | undefined): Promise<"new" | "seen"> {
    if (this.#link && event) return this.#link.keep(event, end);
    end.isKept = true;
    return NEW;
  }

  #endCall(call: TrackedCall, end: CallEnd): EndedCall {
    if (call.ended) return call.ended;
    const ended = this.#calls.endCall(call, end);
    const nowMs = this.#clock.now();
    for (const entry of call.entries()) this.#schedule(entry, Number.POSITIVE_INFINITY, nowMs);
    call.endWaits?.resolve(end);
    return ended;
  }
}

function closed(): DtmfError {
  return new DtmfError("closed", "the operation tracker is closed");
}
