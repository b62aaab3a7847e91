import { type Clock, DtmfError, type Timer } from "@graph-dtmf/models";
import { onAbort } from "@graph-dtmf/models/internal";

/** The deadline of a request passed before the promise that it waited for settled. */
export class DeadlineExceededError extends Error {
  override readonly name = "DeadlineExceededError";
  readonly code = "ETIMEDOUT";
}

/** The options of a {@link RequestDeadline}. */
interface RequestDeadlineOptions {
  clock: Clock;
  /** Aborted when the client is closed. */
  closing: AbortSignal;
  /** The caller's signal. */
  signal?: AbortSignal | undefined;
  timeoutMs: number;
}

/** Ends one request at its timeout, when the caller's signal is aborted, or when the client is closed. */
export class RequestDeadline {
  readonly #options: RequestDeadlineOptions;
  readonly #expiresAtMs: number;

  constructor(options: RequestDeadlineOptions) {
    this.#options = options;
    this.#expiresAtMs = options.clock.now() + options.timeoutMs;
  }

  /** Milliseconds until the deadline, 0 or more. */
  get remainingMs(): number {
    return Math.max(0, this.#expiresAtMs - this.#options.clock.now());
  }

  /** @throws DtmfError `aborted` if the caller's signal is aborted, `closed` if the client is closed. */
  throwIfAborted(): void {
    const { signal, closing } = this.#options;
    if (signal?.aborted) throw new DtmfError("aborted", "aborted by the caller's signal", { cause: signal.reason });
    if (closing.aborted) throw new DtmfError("closed", "the client is closed: create another one");
  }

  /**
   * Waits for a promise.
   *
   * @throws DtmfError `aborted` or `closed`, or {@link DeadlineExceededError}, if one of them comes first.
   */
  waitFor<T>(promise: Promise<T>): Promise<T> {
    const { clock, signal, closing } = this.#options;
    return new Promise<T>((resolve, reject) => {
      const releases: (() => void)[] = [];
      const release = (): void => {
        for (const each of releases) each();
      };
      // Attached before throwIfAborted: if that throws, a later rejection of the promise is still handled.
      promise.then(resolve, reject).then(release);
      this.throwIfAborted();
      const end = (reason: unknown): void => {
        release();
        reject(reason);
      };
      const stop = (): void => {
        try {
          this.throwIfAborted();
        } catch (reason) {
          end(reason);
        }
      };
      const timer = clock.after(this.remainingMs, () =>
        end(new DeadlineExceededError("the timeoutMs of the request has passed")),
      );
      releases.push(() => timer.cancel(), onAbort(closing, stop));
      if (signal) releases.push(onAbort(signal, stop));
    });
  }

  /** Waits for a time, or until `wake` resolves. Throws what {@link waitFor} throws. */
  async sleep(ms: number, wake: Promise<unknown>): Promise<void> {
    let timer: Timer | undefined;
    const slept = new Promise<void>((resolve) => {
      timer = this.#options.clock.after(ms, resolve);
    });
    try {
      await this.waitFor(Promise.race([slept, wake]));
    } finally {
      timer?.cancel();
    }
  }
}
