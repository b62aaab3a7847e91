import { type Clock, DtmfError, type Logger, type Timer } from "@graph-dtmf/models";
import type { Expirable, TimerWheel } from "../collections/timer-wheel.ts";

/** A request to the store. */
export interface RetryTask<T> {
  /** Of two tasks with the same id only the later one is repeated. */
  id: string;
  /** @param isRetry Whether it has failed before. */
  run(isRetry: boolean): Promise<T>;
  /** Whether it is no longer needed. */
  isCanceled?(): boolean;
}

/** Options of a {@link RetryQueue}. */
export interface RetryQueueOptions {
  /** The content of the tasks, for the log. */
  content: string;
  clock: Clock;
  timerWheel: TimerWheel;
  /** The maximum number of waiting tasks. If there are more, the oldest is dropped. */
  maxSize: number;
  logger?: Logger | undefined;
}

/** How long the store may take, in milliseconds: 2 seconds, less the tolerance of the timer wheel. */
const TIMEOUT_MS = 1_750;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 8_000;
/** The first dropped task is logged, and then one of every 1,000. */
const DROPS_PER_LINE = 1_000;

/**
 * Runs requests to a store that may be slow or unavailable. Requests that fail or take too long wait, up to a limit, and
 * are repeated with backoff. The repetition does not keep the process alive.
 */
export class RetryQueue {
  readonly #options: RetryQueueOptions;
  readonly #waiting = new Map<string, RetryTask<unknown>>();
  #timer: Timer | undefined;
  #backoffMs = FIRST_BACKOFF_MS;
  #isRunning = false;
  #isClosed = false;
  #dropped = 0;

  constructor(options: RetryQueueOptions) {
    this.#options = options;
  }

  /** The number of waiting tasks. */
  get size(): number {
    return this.#waiting.size;
  }

  /** The number of tasks that were dropped because too many were waiting. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Runs a task now, and later again if it fails.
   *
   * @throws DtmfError `store_unavailable`, with the cause, if it does not succeed within 2 s.
   */
  async run<T>(task: RetryTask<T>): Promise<T> {
    try {
      const result = await this.#withTimeout(task.run(this.#waiting.has(task.id)));
      if (this.#waiting.size > 0) {
        this.#waiting.delete(task.id);
        // The store is available again, before the end of the backoff.
        void this.#runWaiting();
      }
      return result;
    } catch (cause) {
      if (!task.isCanceled?.()) this.#enqueue(task);
      throw new DtmfError(
        "store_unavailable",
        "the store failed or did not answer within 2 s: the request is repeated later",
        {
          cause,
        },
      );
    }
  }

  remove(id: string): void {
    if (this.#waiting.size > 0) this.#waiting.delete(id);
  }

  /** Runs the waiting tasks once more, and then stops. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTimer();
    // Without this, a process without other work would exit before the tasks have run.
    this.#options.timerWheel.hold();
    await this.#runWaiting();
    this.#options.timerWheel.release();
  }

  #enqueue(task: RetryTask<unknown>): void {
    const { content, maxSize, logger } = this.#options;
    if (this.#waiting.size === 0) logger?.warn("graph-dtmf: the store is unavailable, writes are queued", { content });
    const [oldest] = this.#waiting.keys();
    if (oldest !== undefined && this.#waiting.size >= maxSize && !this.#waiting.has(task.id)) {
      this.#waiting.delete(oldest);
      if (this.#dropped++ % DROPS_PER_LINE === 0) {
        logger?.error("graph-dtmf: too many writes are queued for the store, the oldest was dropped", {
          content,
          dropped: this.#dropped,
        });
      }
    }
    this.#waiting.set(task.id, task);
    this.#scheduleRetry();
  }

  #scheduleRetry(): void {
    if (this.#timer || this.#isRunning || this.#isClosed || this.#waiting.size === 0) return;
    this.#timer = this.#options.clock.after(this.#backoffMs, () => void this.#runWaiting());
    this.#timer.unref();
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Runs the waiting tasks one after the other until one fails: then the store is still unavailable. */
  async #runWaiting(): Promise<void> {
    if (this.#isRunning || this.#waiting.size === 0) return;
    const { content, logger } = this.#options;
    this.#isRunning = true;
    this.#stopTimer();
    for (const task of this.#waiting.values()) {
      if (!(await this.#retry(task))) break;
    }
    this.#isRunning = false;
    if (this.#waiting.size === 0)
      logger?.info("graph-dtmf: the store is available again, all queued writes are done", { content });
    this.#scheduleRetry();
  }

  async #retry(task: RetryTask<unknown>): Promise<boolean> {
    try {
      if (!task.isCanceled?.()) await this.#withTimeout(task.run(true));
      this.#delete(task);
      this.#backoffMs = FIRST_BACKOFF_MS;
      return true;
    } catch {
      // Moved to the end, so that a task that always fails does not block the others.
      if (this.#delete(task)) this.#waiting.set(task.id, task);
      this.#backoffMs = Math.min(MAX_BACKOFF_MS, this.#backoffMs * 2);
      return false;
    }
  }

  /** Returns false if it was replaced or removed meanwhile. */
  #delete(task: RetryTask<unknown>): boolean {
    return this.#waiting.get(task.id) === task && this.#waiting.delete(task.id);
  }

  #withTimeout<T>(pending: Promise<T>): Promise<T> {
    const { clock, timerWheel } = this.#options;
    return new Promise<T>((resolve, reject) => {
      const deadline: Expirable = { expire: () => reject(new Error("the store did not answer within 2 s")) };
      timerWheel.set(deadline, clock.now() + TIMEOUT_MS);
      pending.then(
        (result) => {
          timerWheel.clear(deadline);
          resolve(result);
        },
        (cause: unknown) => {
          timerWheel.clear(deadline);
          reject(cause);
        },
      );
    });
  }
}
