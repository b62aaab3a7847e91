import {
  type CommsOperation,
  type CompletionOptions,
  DtmfError,
  type OperationKind,
  type OperationOutcome,
  outcomeOf,
  type PendingOperation,
  type Timer,
} from "@graph-dtmf/models";
import { onAbort } from "@graph-dtmf/models/internal";
import type { Expirable } from "../collections/timer-wheel.ts";
import type { EndedCall } from "./call-end.ts";
import type { FinishedOperation } from "./finished-operation.ts";
import { waitKey } from "./store-event.ts";

/** One promise of `completion`. */
interface Waiter {
  resolve(outcome: OperationOutcome): void;
  reject(reason: unknown): void;
}

/** The part of the tracker that an operation calls. */
export interface TrackedOperationOwner {
  /** Keeps the process alive while a promise is pending. */
  hold(): void;
  release(): void;
  after(ms: number, callback: () => void): Timer;
  /** Graph has accepted the request with this operation; `undefined` if the delivery is unknown. */
  accepted(operation: TrackedOperation, response: CommsOperation | undefined): void;
  /** The operation is no longer pending. */
  finished(operation: TrackedOperation): void;
}

/** How an operation is tracked. */
export interface TrackedOperationOptions {
  clientContext: string;
  expectedMs: number;
  kind: OperationKind | undefined;
  /** Whether the tracker generated the clientContext: then no earlier wait can have used it. */
  isContextGenerated: boolean;
  owner: TrackedOperationOwner;
}

/** A pending operation. It settles once, and is then the remembered end of the operation. */
export class TrackedOperation implements PendingOperation, Expirable, FinishedOperation {
  readonly clientContext: string;
  readonly expectedMs: number;
  readonly isContextGenerated: boolean;
  operation: CommsOperation | undefined;
  outcome: OperationOutcome | undefined;
  isStored = false;
  slot: Expirable["slot"];
  slotPrevious: Expirable | undefined;
  slotNext: Expirable | undefined;
  readonly #call: { readonly id: string; readonly ended: EndedCall | undefined };
  readonly #kind: OperationKind | undefined;
  readonly #owner: TrackedOperationOwner;
  #waiters: Set<Waiter> | undefined;
  #isAbandoned = false;

  constructor(call: { readonly id: string; readonly ended: EndedCall | undefined }, options: TrackedOperationOptions) {
    this.#call = call;
    this.clientContext = options.clientContext;
    this.expectedMs = options.expectedMs;
    this.isContextGenerated = options.isContextGenerated;
    this.#kind = options.kind;
    this.#owner = options.owner;
  }

  get callId(): string {
    return this.#call.id;
  }

  get hasCallEnded(): boolean {
    return this.#call.ended !== undefined;
  }

  /** Graph's id of the operation, once available. */
  get operationId(): string | undefined {
    return this.operation?.id || undefined;
  }

  /** The key of the wait, which is the same for all waits under its clientContext. */
  get key(): string {
    return waitKey(this.#call.id, this.clientContext);
  }

  /** Whether it was settled or abandoned. */
  get isOver(): boolean {
    return this.outcome !== undefined || this.#isAbandoned;
  }

  /** Whether Graph reported its outcome. */
  get hasGraphOutcome(): boolean {
    return this.outcome !== undefined && "operation" in this.outcome;
  }

  accepted(operation: CommsOperation): void {
    if (!this.isOver) this.#owner.accepted(this, operation);
  }

  deliveryUnknown(): void {
    if (!this.isOver) this.#owner.accepted(this, undefined);
  }

  abandon(): void {
    if (this.isOver) return;
    this.#isAbandoned = true;
    this.#owner.finished(this);
    for (const waiter of this.#waiters ?? []) waiter.reject(abandoned());
  }

  /** Applies the state that Graph reports, and settles if the operation has ended. */
  apply(operation: CommsOperation): void {
    if (this.isOver) return;
    this.operation = operation.id ? operation : { ...operation, id: this.operationId ?? "" };
    const outcome = outcomeOf(this.operation, this.#kind);
    if (outcome) this.settle(outcome);
  }

  /** Applies an outcome of another instance. It is judged again if the kind of the request is available here. */
  applyOutcome(outcome: OperationOutcome): void {
    if (this.#kind && "operation" in outcome) this.apply(outcome.operation);
    else this.settle(outcome);
  }

  expire(): void {
    const { ended } = this.#call;
    this.settle(
      ended ? { outcome: "callEnded", played: "unknown", ...ended.end } : { outcome: "timedOut", played: "unknown" },
    );
  }

  settle(outcome: OperationOutcome): void {
    if (this.isOver) return;
    this.outcome = outcome;
    this.#owner.finished(this);
    for (const waiter of this.#waiters ?? []) waiter.resolve(outcome);
  }

  completion({ timeoutMs, signal }: CompletionOptions = {}): Promise<OperationOutcome> {
    if (this.outcome) return Promise.resolve(this.outcome);
    if (this.#isAbandoned) return Promise.reject(abandoned());
    if (signal?.aborted) return Promise.reject(signal.reason);
    const waiters = this.#waiters ?? new Set();
    this.#waiters = waiters;
    this.#owner.hold();
    let stop = (): void => {};
    return new Promise<OperationOutcome>((resolve, reject) => {
      const waiter = { resolve, reject };
      waiters.add(waiter);
      const timer =
        timeoutMs === undefined
          ? undefined
          : this.#owner.after(timeoutMs, () => resolve({ outcome: "timedOut", played: "unknown" }));
      const removeAbortListener = signal && onAbort(signal, () => reject(signal.reason));
      stop = () => {
        timer?.cancel();
        removeAbortListener?.();
        waiters.delete(waiter);
        this.#owner.release();
      };
    }).finally(() => stop());
  }
}

function abandoned(): DtmfError {
  return new DtmfError("abandoned", "the request was certainly not executed: there is no outcome to wait for");
}
