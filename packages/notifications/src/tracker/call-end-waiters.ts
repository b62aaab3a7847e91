import { onAbort } from "@graph-dtmf/models/internal";
import type { CallEnd } from "./tracked-call.ts";

/** Somebody who waits. */
interface EndWait {
  resolve(end: CallEnd): void;
  reject(reason: unknown): void;
}

/** Those who wait for the end of one call. */
export class EndWaits {
  readonly #waits = new Set<EndWait>();

  get size(): number {
    return this.#waits.size;
  }

  /** Rejects with the signal's reason, if that is aborted before the call has ended. */
  begin(signal: AbortSignal | undefined): Promise<CallEnd> {
    let stop = (): void => {};
    return new Promise<CallEnd>((resolve, reject) => {
      const wait = { resolve, reject };
      const deaf = signal && onAbort(signal, () => reject(signal.reason));
      this.#waits.add(wait);
      stop = () => {
        deaf?.();
        this.#waits.delete(wait);
      };
    }).finally(() => stop());
  }

  resolve(end: CallEnd): void {
    for (const wait of this.#waits) wait.resolve(end);
  }

  reject(reason: unknown): void {
    for (const wait of this.#waits) wait.reject(reason);
  }
}
