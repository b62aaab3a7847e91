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
import type { Due } from "../collections/timer-wheel.ts";
import { waitKey } from "./operation-key.ts";
import type { HeardEnd } from "./store-sync.ts";
import type { TrackedCall } from "./tracked-call.ts";

/** One wait that somebody began on an entry. */
interface Wait {
  resolve(outcome: OperationOutcome): void;
  reject(reason: unknown): void;
}

/** What an entry needs of the tracker that holds it. */
export interface EntryKeeper {
  /** Somebody waits, or no longer: while anybody does, the process lives. */
  hold(): void;
  release(): void;
  after(ms: number, callback: () => void): Timer;
  /** Graph took the request: `operation` as it answered, or undefined if nobody knows. */
  answered(entry: PendingEntry, operation: CommsOperation | undefined): void;
  /** It is over, however: it is looked up no longer. */
  forget(entry: PendingEntry): void;
}

/** What is known when an entry is made. */
export interface EntryOptions {
  clientContext: string;
  expectedMs: number;
  kind: OperationKind | undefined;
  /** Whether its clientContext was made up for it: then nothing under it can be of an earlier life. */
  isFresh: boolean;
  keeper: EntryKeeper;
}

/** One operation that is waited for. It settles once, and is then what is remembered of its end. */
export class PendingEntry implements PendingOperation, Due, HeardEnd {
  readonly clientContext: string;
  readonly call: TrackedCall;
  readonly expectedMs: number;
  readonly isFresh: boolean;
  operation: CommsOperation | undefined;
  outcome: OperationOutcome | undefined;
  isKept = false;
  dueWith: Due["dueWith"];
  dueBefore: Due | undefined;
  dueAfter: Due | undefined;
  readonly #kind: OperationKind | undefined;
  readonly #keeper: EntryKeeper;
  #waits: Set<Wait> | undefined;
  #abandoned = false;

  constructor(call: TrackedCall, options: EntryOptions) {
    this.call = call;
    this.clientContext = options.clientContext;
    this.expectedMs = options.expectedMs;
    this.isFresh = options.isFresh;
    this.#kind = options.kind;
    this.#keeper = options.keeper;
  }

  /** Graph's id of the operation, once it is known. */
  get operationId(): string | undefined {
    return this.operation?.id || undefined;
  }

  /** One text for the wait, of the others under its clientContext too. */
  get key(): string {
    return waitKey(this.call.id, this.clientContext);
  }

  /** Whether it was settled or abandoned. */
  get isOver(): boolean {
    return this.outcome !== undefined || this.#abandoned;
  }

  /** Whether it was settled by what Graph said of it. */
  get isTold(): boolean {
    return this.outcome !== undefined && "operation" in this.outcome;
  }

  isOf(callId: string): boolean {
    return this.call.id === callId;
  }

  accepted(operation: CommsOperation): void {
    if (this.isOver) return;
    this.#keeper.answered(this, operation);
  }

  deliveryUnknown(): void {
    if (!this.isOver) this.#keeper.answered(this, undefined);
  }

  abandon(): void {
    if (this.isOver) return;
    this.#abandoned = true;
    this.#keeper.forget(this);
    for (const wait of this.#waits ?? []) wait.reject(abandoned());
  }

  /** Takes what Graph says of the operation, and settles if it says that it is over. */
  hear(operation: CommsOperation): void {
    if (this.isOver) return;
    this.operation = operation.id ? operation : { ...operation, id: this.operationId ?? "" };
    const outcome = outcomeOf(this.operation, this.#kind);
    if (outcome) this.settle(outcome);
  }

  /** Takes an outcome that was told elsewhere; judged again if it is known here what was asked for. */
  take(outcome: OperationOutcome): void {
    if (this.#kind && "operation" in outcome) this.hear(outcome.operation);
    else this.settle(outcome);
  }

  due(): void {
    const { ended } = this.call;
    this.settle(
      ended ? { outcome: "callEnded", played: "unknown", ...ended.end } : { outcome: "timedOut", played: "unknown" },
    );
  }

  settle(outcome: OperationOutcome): void {
    if (this.isOver) return;
    this.outcome = outcome;
    this.#keeper.forget(this);
    for (const wait of this.#waits ?? []) wait.resolve(outcome);
  }

  completion({ timeoutMs, signal }: CompletionOptions = {}): Promise<OperationOutcome> {
    if (this.outcome) return Promise.resolve(this.outcome);
    if (this.#abandoned) return Promise.reject(abandoned());
    if (signal?.aborted) return Promise.reject(signal.reason);
    const waits = this.#waits ?? new Set();
    this.#waits = waits;
    this.#keeper.hold();
    let stop = (): void => {};
    return new Promise<OperationOutcome>((resolve, reject) => {
      const wait = { resolve, reject };
      waits.add(wait);
      const timer =
        timeoutMs === undefined
          ? undefined
          : this.#keeper.after(timeoutMs, () => resolve({ outcome: "timedOut", played: "unknown" }));
      const deaf = signal && onAbort(signal, () => reject(signal.reason));
      stop = () => {
        timer?.cancel();
        deaf?.();
        waits.delete(wait);
        this.#keeper.release();
      };
    }).finally(() => stop());
  }
}

function abandoned(): DtmfError {
  return new DtmfError("abandoned", "the request was certainly not executed: there is nothing to wait for");
}
