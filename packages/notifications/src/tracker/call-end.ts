import type { ResultInfo } from "@graph-dtmf/models";
import { onAbort } from "@graph-dtmf/models/internal";

/** How a call ended. */
export interface CallEnd {
  resultInfo?: ResultInfo;
}

/** The end of an operation or a call, which has to be stored. */
export interface StorableEnd {
  /** Whether the store has it. Only then is another notification of it a repetition. */
  isStored: boolean;
}

/** The remembered end of a call. */
export interface EndedCall extends StorableEnd {
  readonly end: CallEnd;
}

interface Waiter {
  resolve(end: CallEnd): void;
  reject(reason: unknown): void;
}

/** The pending promises for the end of one call. */
export class CallEndWaiters {
  readonly #waiters = new Set<Waiter>();

  get size(): number {
    return this.#waiters.size;
  }

  /** Rejects with the signal's reason if that aborts first. */
  wait(signal: AbortSignal | undefined): Promise<CallEnd> {
    let stop = (): void => {};
    return new Promise<CallEnd>((resolve, reject) => {
      const waiter = { resolve, reject };
      const removeAbortListener = signal && onAbort(signal, () => reject(signal.reason));
      this.#waiters.add(waiter);
      stop = () => {
        removeAbortListener?.();
        this.#waiters.delete(waiter);
      };
    }).finally(() => stop());
  }

  resolve(end: CallEnd): void {
    for (const waiter of this.#waiters) waiter.resolve(end);
  }

  reject(reason: unknown): void {
    for (const waiter of this.#waiters) waiter.reject(reason);
  }
}
