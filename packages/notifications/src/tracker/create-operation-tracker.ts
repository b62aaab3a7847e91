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
import { TimerWheel } from "../collections/timer-wheel.ts";
import type { Notification } from "../parsing/notification.ts";
import { type CallEnd, CallEndWaiters, type EndedCall } from "./call-end.ts";
import { CompletionHandler } from "./completion-handler.ts";
import {
  NEW,
  type OperationTracker,
  type OperationTrackerOptions,
  parseTrackerOptions,
  type ToneSubscription,
  type TrackerSettings,
} from "./operation-tracker.ts";
import { StoreSync } from "./store-sync.ts";
import { ToneSubscriptions } from "./tone-subscriptions.ts";
import type { TrackedCall } from "./tracked-calls.ts";
import { TrackedCalls } from "./tracked-calls.ts";
import { TrackedOperation, type TrackedOperationOptions, type TrackedOperationOwner } from "./tracked-operation.ts";

/** How long after its expected end an operation stays pending. */
const LATENESS_MS = 30_000;
/** How long an operation stays pending if `accepted`, `deliveryUnknown` and `abandon` are not called. */
const UNSENT_TIMEOUT_MS = 10 * 60_000;

/**
 * Creates a tracker, for `createDtmfClient` and `createNotificationReceiver`.
 *
 * @throws TypeError for a limit that is not a number of 0 or more.
 */
export function createOperationTracker(options: OperationTrackerOptions = {}): OperationTracker {
  return new Tracker(parseTrackerOptions(options));
}

class Tracker implements OperationTracker, TrackedOperationOwner {
  readonly #clock: Clock;
  /** Absent without a store: then outcomes are only remembered here. */
  readonly #storeSync: StoreSync | undefined;
  readonly #callEndGraceMs: number;
  readonly #maxPending: number;
  readonly #timerWheel: TimerWheel;
  readonly #calls = new TrackedCalls();
  readonly #subscriptions = new ToneSubscriptions();
  readonly #completions: CompletionHandler;
  readonly #stopListening: () => void;
  #isClosed = false;

  constructor({ store, clock, callEndGraceMs, maxPending, logger }: TrackerSettings) {
    this.#clock = clock;
    this.#callEndGraceMs = callEndGraceMs;
    this.#maxPending = maxPending;
    this.#timerWheel = new TimerWheel(clock);
    const onResumed = (operation: TrackedOperation, deadlineAt: number): void =>
      this.#schedule(operation, deadlineAt, clock.now());
    this.#storeSync =
      store && new StoreSync({ store, clock, timerWheel: this.#timerWheel, maxPending, logger, onResumed });
    this.#completions = new CompletionHandler({
      calls: this.#calls,
      subscriptions: this.#subscriptions,
      storeSync: this.#storeSync,
    });
    this.#stopListening = store?.listen((event) => this.#applyStored(event)) ?? (() => {});
  }

  get tones(): ToneSharing | undefined {
    return this.#storeSync?.tones;
  }

  get pending(): number {
    return this.#calls.pending;
  }

  get pendingWrites(): number {
    return this.#storeSync?.pendingWrites ?? 0;
  }

  get droppedWrites(): number {
    return this.#storeSync?.droppedWrites ?? 0;
  }

  expect({ callId, clientContext, expectedMs = 0, kind }: ExpectedOperation): PendingOperation {
    if (!(expectedMs >= 0 && expectedMs < Number.POSITIVE_INFINITY)) {
      throw new InvalidRequestError(`expectedMs must be 0 or more milliseconds, got ${expectedMs}`);
    }
    const isContextGenerated = clientContext === undefined;
    const nowMs = this.#clock.now();
    const context = clientContext ?? randomUUID();
    const options = { clientContext: context, expectedMs, kind, isContextGenerated, owner: this };
    const operation = this.#add(normalizeId(callId), options, nowMs);
    if (kind === "subscribeToToneOperation") this.#subscriptions.add(operation, nowMs);
    this.#storeSync?.register(operation, nowMs + UNSENT_TIMEOUT_MS);
    return operation;
  }

  resume({ callId, clientContext }: OperationKey): PendingOperation {
    const id = normalizeId(callId);
    const pending = this.#calls.get(id)?.pendingUnder(clientContext);
    if (pending) return pending;
    const nowMs = this.#clock.now();
    const options = { clientContext, expectedMs: 0, kind: undefined, isContextGenerated: false, owner: this };
    const operation = this.#add(id, options, nowMs);
    // With a store, another instance may have started a new wait under the clientContext.
    if (this.#storeSync) this.#storeSync.resume(operation, nowMs + UNSENT_TIMEOUT_MS);
    else {
      const outcome = this.#completions.outcomeUnder(id, clientContext);
      if (outcome) operation.applyOutcome(outcome);
    }
    return operation;
  }

  async ended(callId: string, { signal }: { signal?: AbortSignal } = {}): Promise<CallEnd> {
    const id = normalizeId(callId);
    const ended = this.#calls.get(id)?.ended;
    if (ended) return ended.end;
    signal?.throwIfAborted();
    if (this.#isClosed) throw closed();
    const call = this.#calls.getOrCreate(id);
    call.endWaiters ??= new CallEndWaiters();
    return call.endWaiters.wait(signal).finally(() => this.#calls.deleteIfIdle(call));
  }

  subscribed(listener: (subscription: ToneSubscription) => void): () => void {
    return this.#subscriptions.listen(listener);
  }

  apply(notification: Notification): Promise<"new" | "seen"> {
    if (notification.kind === "operation") {
      return this.#completions.apply(normalizeId(notification.callId), notification.operation);
    }
    if (notification.kind !== "call") return NEW;
    const { state, resultInfo } = notification.call;
    if (state !== "terminated" && notification.changeType !== "deleted") return NEW;
    const call = this.#calls.getOrCreate(normalizeId(notification.callId));
    const ended = this.#endCall(call, resultInfo ? { resultInfo } : {});
    return this.#completions.storeEnd(ended, { type: "callEnd", callId: call.id, ...ended.end });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopListening();
    for (const call of this.#calls) {
      for (const operation of call.operations()) operation.expire();
      call.endWaiters?.reject(closed());
    }
    await this.#storeSync?.close();
    this.#timerWheel.close();
  }

  hold(): void {
    this.#timerWheel.hold();
  }

  release(): void {
    this.#timerWheel.release();
  }

  after(ms: number, callback: () => void): Timer {
    return this.#clock.after(ms, callback);
  }

  accepted(operation: TrackedOperation, response: CommsOperation | undefined): void {
    const nowMs = this.#clock.now();
    const call = this.#calls.getOrCreate(operation.callId);
    // Graph runs the operations of one call one after the other, so this one starts when the earlier ones end.
    call.busyUntilMs = Math.max(call.busyUntilMs, nowMs) + operation.expectedMs;
    const deadlineAt = call.busyUntilMs + LATENESS_MS;
    this.#schedule(operation, deadlineAt, nowMs);
    if (response) this.#completions.applyTo(operation, response);
    if (!operation.isOver) this.#storeSync?.register(operation, deadlineAt, { isUpdate: true });
    // Stored for a later resume(). A failure does not affect the wait, which is settled already.
    else if (response) this.#completions.storeOutcome(operation, response).catch(() => {});
  }

  finished(operation: TrackedOperation): void {
    this.#timerWheel.clear(operation);
    this.#calls.remove(operation);
    this.#completions.remember(operation);
    this.#storeSync?.remove(operation);
    this.#subscriptions.remove(operation);
  }

  #add(callId: string, options: TrackedOperationOptions, nowMs: number): TrackedOperation {
    if (this.#isClosed) throw closed();
    if (this.#calls.pending >= this.#maxPending) {
      throw new DtmfError("too_many_pending", `${this.#maxPending} operations are pending, which is the limit`);
    }
    const call = this.#calls.getOrCreate(callId);
    if (call.pendingUnder(options.clientContext)) {
      throw new InvalidRequestError("an operation of this call is still pending under that clientContext");
    }
    const operation = new TrackedOperation(call, options);
    this.#calls.add(call, operation);
    this.#schedule(operation, nowMs + UNSENT_TIMEOUT_MS, nowMs);
    return operation;
  }

  /** Sets the deadline of an operation. If its call has ended, it is at most `callEndGraceMs` ahead. */
  #schedule(operation: TrackedOperation, atMs: number, nowMs: number): void {
    if (operation.isOver) return;
    this.#timerWheel.set(operation, operation.hasCallEnded ? Math.min(atMs, nowMs + this.#callEndGraceMs) : atMs);
  }

  /** Applies an event of another instance, or one that this instance stored itself. */
  #applyStored(event: StoredEvent): void {
    const callId = normalizeId(event.callId);
    if (event.type === "callEnd") {
      const { resultInfo } = event;
      this.#endCall(this.#calls.getOrCreate(callId), resultInfo ? { resultInfo } : {}).isStored = true;
      return;
    }
    const { operationId = "", clientContext, outcome } = event;
    // Timeouts and call ends are settled locally.
    if (!("operation" in outcome)) return;
    const context = clientContext !== undefined && { clientContext };
    this.#completions.applyStored(callId, { ...outcome.operation, id: operationId, ...context });
  }

  #endCall(call: TrackedCall, end: CallEnd): EndedCall {
    if (call.ended) return call.ended;
    const ended = this.#calls.endCall(call, end);
    const nowMs = this.#clock.now();
    for (const operation of call.operations()) this.#schedule(operation, Number.POSITIVE_INFINITY, nowMs);
    call.endWaiters?.resolve(end);
    return ended;
  }
}

function closed(): DtmfError {
  return new DtmfError("closed", "the operation tracker is closed");
}
