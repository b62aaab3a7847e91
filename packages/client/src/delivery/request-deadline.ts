import { type Clock, DtmfError, type Timer } from "@graph-dtmf/models";
import { onAbort } from "@graph-dtmf/models/internal";

/** The time for a request was over before what was waited for came. */
export class OutOfTime extends Error {
  override readonly name = "OutOfTime";
  readonly code = "ETIMEDOUT";
}

/** What ends a request of the caller's. */
export interface PatienceOptions {
  clock: Clock;
  /** Aborted when the client is closed. */
  closing: AbortSignal;
  signal?: AbortSignal | undefined;
  timeoutMs: number;
}

/** How long one request may go on being tried: until the caller's signal, its time, or the client's end. */
export class Patience {
  readonly #options: PatienceOptions;
  readonly #untilMs: number;

  constructor(options: PatienceOptions) {
    this.#options = options;
    this.#untilMs = options.clock.now() + options.timeoutMs;
  }

  /** Milliseconds left, 0 or more. */
  get leftMs(): number {
    return Math.max(0, this.#untilMs - this.#options.clock.now());
  }

  /** @throws DtmfError `aborted` or `closed` once somebody wanted it to end. */
  check(): void {
    const { signal, closing } = this.#options;
    if (signal?.aborted) throw new DtmfError("aborted", "given up by the caller", { cause: signal.reason });
    if (closing.aborted) throw new DtmfError("closed", "the client is closed");
  }

  /**
   * Waits for the promise.
   *
   * @throws DtmfError `aborted` or `closed`, or {@link OutOfTime}, whichever comes before it.
   */
  until<T>(promise: Promise<T>): Promise<T> {
    const { clock, signal, closing } = this.#options;
    return new Promise<T>((resolve, reject) => {
      const releases: (() => void)[] = [];
      const release = (): void => {
        for (const each of releases) each();
      };
      // Before the check: if that throws nobody waits any more, and a rejection would be an unhandled one.
      promise.then(resolve, reject).then(release);
      this.check();
      const end = (reason: unknown): void => {
        release();
        reject(reason);
      };
      const stop = (): void => {
        try {
          this.check();
        } catch (reason) {
          end(reason);
        }
      };
      const timer = clock.after(this.leftMs, () => end(new OutOfTime("the time for this request is over")));
      releases.push(() => timer.cancel(), onAbort(closing, stop));
      if (signal) releases.push(onAbort(signal, stop));
    });
  }

  /** Waits that long, or until `wake` resolves; throws as {@link until} does. */
  async sleep(ms: number, wake: Promise<unknown>): Promise<void> {
    let timer: Timer | undefined;
    const slept = new Promise<void>((resolve) => {
      timer = this.#options.clock.after(ms, resolve);
    });
    try {
      await this.until(Promise.race([slept, wake]));
    } finally {
      timer?.cancel();
    }
  }
}
