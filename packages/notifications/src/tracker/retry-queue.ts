import { type Clock, DtmfError, type Logger, type Timer } from "@graph-dtmf/models";
import type { Deadlines, Due } from "../collections/timer-wheel.ts";

/** Something that a store is to do. */
export interface StoreTask<T> {
  /** The same for the same thing: of two that fail under one id the later one stays. */
  id: string;
  /** `again` if it has failed before. */
  run(again: boolean): Promise<T>;
  /** Whether nobody needs it any more. */
  isMoot?(): boolean;
}

/** How the tasks of a store are done. */
export interface StoreTasksOptions {
  /** Of what they are, for the log. */
  what: string;
  clock: Clock;
  deadlines: Deadlines;
  /** How many may wait for the store's return; the oldest is dropped if there are more. */
  most: number;
  logger?: Logger | undefined;
}

/** How long a store may take, in milliseconds: 2 seconds less what a deadline may be late. */
const WITHIN_MS = 1_750;
const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 8_000;
/** How often it is told that tasks are dropped: by the first one, and by every so many. */
const DROPS_PER_LINE = 1_000;

/**
 * Has a store do things, though it may be slow or away: what it does not do in time waits, bounded and counted, and is
 * done when it is back. To find that out keeps no process alive.
 */
export class StoreTasks {
  readonly #options: StoreTasksOptions;
  readonly #waiting = new Map<string, StoreTask<unknown>>();
  #timer: Timer | undefined;
  #backoffMs = FIRST_BACKOFF_MS;
  #isRunning = false;
  #isClosed = false;
  #dropped = 0;

  constructor(options: StoreTasksOptions) {
    this.#options = options;
  }

  /** How many wait for the store's return. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many were given up because there were too many. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Has it done now; what cannot be is done later.
   *
   * @throws DtmfError `store_unavailable`, with the cause, if it was not done within 2 s.
   */
  async do<T>(task: StoreTask<T>): Promise<T> {
    try {
      const done = await this.#inTime(task.run(this.#waiting.has(task.id)));
      if (this.#waiting.size > 0) {
        this.#waiting.delete(task.id);
        // It is back, sooner than was thought.
        void this.#catchUp();
      }
      return done;
    } catch (cause) {
      if (!task.isMoot?.()) this.#postpone(task);
      throw new DtmfError("store_unavailable", "the store failed, or gave no answer within 2 s: it is told again", {
        cause,
      });
    }
  }

  forget(id: string): void {
    if (this.#waiting.size > 0) this.#waiting.delete(id);
  }

  /** Tries once more what waits, and then no longer. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTimer();
    // Or a process with nothing else to do would end in the middle of it.
    this.#options.deadlines.hold();
    await this.#catchUp();
    this.#options.deadlines.release();
  }

  #postpone(task: StoreTask<unknown>): void {
    const { what, most, logger } = this.#options;
    if (this.#waiting.size === 0) logger?.warn("graph-dtmf: the store is away: what it is told waits", { what });
    const [oldest] = this.#waiting.keys();
    if (oldest !== undefined && this.#waiting.size >= most && !this.#waiting.has(task.id)) {
      this.#waiting.delete(oldest);
      if (this.#dropped++ % DROPS_PER_LINE === 0) {
        logger?.error("graph-dtmf: too much waits for the store: the oldest is lost", { what, lost: this.#dropped });
      }
    }
    this.#waiting.set(task.id, task);
    this.#later();
  }

  #later(): void {
    if (this.#timer || this.#isRunning || this.#isClosed || this.#waiting.size === 0) return;
    this.#timer = this.#options.clock.after(this.#backoffMs, () => void this.#catchUp());
    this.#timer.unref();
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Does one after the other what waits, until one fails: then the store is away still. */
  async #catchUp(): Promise<void> {
    if (this.#isRunning || this.#waiting.size === 0) return;
    const { what, logger } = this.#options;
    this.#isRunning = true;
    this.#stopTimer();
    for (const task of this.#waiting.values()) {
      if (!(await this.#isDone(task))) break;
    }
    this.#isRunning = false;
    if (this.#waiting.size === 0) logger?.info("graph-dtmf: the store is back, and has all that waited", { what });
    this.#later();
  }

  async #isDone(task: StoreTask<unknown>): Promise<boolean> {
    try {
      if (!task.isMoot?.()) await this.#inTime(task.run(true));
      this.#leave(task);
      this.#backoffMs = FIRST_BACKOFF_MS;
      return true;
    } catch {
      // To the end of the line: one that the store will never take holds up no other.
      if (this.#leave(task)) this.#waiting.set(task.id, task);
      this.#backoffMs = Math.min(LONGEST_BACKOFF_MS, this.#backoffMs * 2);
      return false;
    }
  }

  /** Another task may have taken its place meanwhile, or it was forgotten. */
  #leave(task: StoreTask<unknown>): boolean {
    return this.#waiting.get(task.id) === task && this.#waiting.delete(task.id);
  }

  #inTime<T>(doing: Promise<T>): Promise<T> {
    const { clock, deadlines } = this.#options;
    return new Promise<T>((resolve, reject) => {
      const limit: Due = { due: () => reject(new Error("the store gave no answer within 2 s")) };
      deadlines.set(limit, clock.now() + WITHIN_MS);
      doing.then(
        (done) => {
          deadlines.clear(limit);
          resolve(done);
        },
        (cause: unknown) => {
          deadlines.clear(limit);
          reject(cause);
        },
      );
    });
  }
}
