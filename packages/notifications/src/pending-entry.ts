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
import type { Due } from "./deadlines.ts";
import type { CallEnd, ExpectedCall } from "./expected-call.ts";

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
  call: ExpectedCall;
  clientContext: string;
  /** What it is looked up by. */
  key: string;
  expectedMs: number;
  kind: OperationKind | undefined;
  keeper: EntryKeeper;
}

/** One operation that is waited for. It settles once, and then holds nothing but its outcome. */
export class PendingEntry implements PendingOperation, Due {
  readonly clientContext: string;
  readonly key: string;
  readonly call: ExpectedCall;
  readonly expectedMs: number;
  operation: CommsOperation | undefined;
  outcome: OperationOutcome | undefined;
  /** Neighbours in the list of the call's entries. */
  next: PendingEntry | undefined;
  previous: PendingEntry | undefined;
  tick: number | undefined;
  readonly #kind: OperationKind | undefined;
  readonly #keeper: EntryKeeper;
  #waits: Set<Wait> | undefined;
  #abandoned = false;
  #callEnd: CallEnd | undefined;

  constructor(options: EntryOptions) {
    this.call = options.call;
    this.clientContext = options.clientContext;
    this.key = options.key;
    this.expectedMs = options.expectedMs;
    this.#kind = options.kind;
    this.#keeper = options.keeper;
  }

  /** Graph's id of the operation, once it is known. */
  get operationId(): string | undefined {
    return this.operation?.id || undefined;
  }

  accepted(operation: CommsOperation): void {
    if (this.#over) return;
    this.#keeper.answered(this, operation);
  }

  unknown(): void {
    if (!this.#over) this.#keeper.answered(this, undefined);
  }

  abandon(): void {
    if (this.#over) return;
    this.#abandoned = true;
    this.#keeper.forget(this);
    for (const wait of this.#waits ?? []) wait.reject(abandoned());
  }

  /** Takes what Graph says of the operation, and settles if it says that it is over. */
  hear(operation: CommsOperation): void {
    if (this.#over) return;
    // Some notifications leave the id out; what is known stays known.
    this.operation = operation.id ? operation : { ...operation, id: this.operationId ?? "" };
    const outcome = outcomeOf(this.operation, this.#kind);
    if (outcome) this.settle(outcome);
  }

  /** The call is over: when this is due next, it settles so, unless the real end comes before. */
  endCall(end: CallEnd): void {
    this.#callEnd = end;
  }

  due(): void {
    this.settle(
      this.#callEnd
        ? { outcome: "callEnded", played: "unknown", ...this.#callEnd }
        : { outcome: "timedOut", played: "unknown" },
    );
  }

  settle(outcome: OperationOutcome): void {
    if (this.#over) return;
    this.outcome = outcome;
    this.#keeper.forget(this);
    for (const wait of this.#waits ?? []) wait.resolve(outcome);
  }

  completion({ timeoutMs, signal }: CompletionOptions = {}): Promise<OperationOutcome> {
    if (this.outcome) return Promise.resolve(this.outcome);
    if (this.#abandoned) return Promise.reject(abandoned());
    if (signal?.aborted) return Promise.reject(signal.reason);
    let timer: Timer | undefined;
    let abort: (() => void) | undefined;
    let wait: Wait | undefined;
    this.#waits ??= new Set();
    const waits = this.#waits;
    this.#keeper.hold();
    return new Promise<OperationOutcome>((resolve, reject) => {
      wait = { resolve, reject };
      waits.add(wait);
      if (timeoutMs !== undefined) {
        timer = this.#keeper.after(timeoutMs, () => resolve({ outcome: "timedOut", played: "unknown" }));
      }
      abort = () => reject(signal?.reason);
      signal?.addEventListener("abort", abort);
    }).finally(() => {
      timer?.cancel();
      if (abort) signal?.removeEventListener("abort", abort);
      if (wait) waits.delete(wait);
      this.#keeper.release();
    });
  }

  get #over(): boolean {
    return this.outcome !== undefined || this.#abandoned;
  }
}

function abandoned(): DtmfError {
  return new DtmfError("abandoned", "the request was certainly not executed: there is nothing to wait for");
}
