import { normalizeId } from "@graph-dtmf/models";
import { DeadlineExceededError, type RequestDeadline } from "../delivery/request-deadline.ts";
import { NotSentError } from "../errors/errors.ts";

/**
 * One lock per call. It is granted in the order of acquisition, so media actions of a call are sent one at a time: the
 * next one after the response to the previous one. Different calls do not wait for each other.
 */
export class CallLocks {
  /** Waiters per call. The key exists while the lock is held. */
  readonly #waiters = new Map<string, (() => void)[]>();

  /**
   * Waits for the lock of a call and returns the function that releases it.
   *
   * @throws what {@link RequestDeadline.waitFor} throws. The lock is then not held.
   */
  async acquire(callId: string, deadline: RequestDeadline): Promise<() => void> {
    deadline.throwIfAborted();
    const waiters = this.#waiters.get(callId);
    if (waiters) await this.#waitForGrant(waiters, { callId, deadline });
    else this.#waiters.set(callId, []);
    let isHeld = true;
    return () => {
      if (isHeld) this.#grantNext(callId);
      isHeld = false;
    };
  }

  async #waitForGrant(
    waiters: (() => void)[],
    { callId, deadline }: { callId: string; deadline: RequestDeadline },
  ): Promise<void> {
    let grant = (): void => {};
    const granted = new Promise<void>((resolve) => {
      grant = resolve;
    });
    waiters.push(grant);
    try {
      await deadline.waitFor(granted);
    } catch (reason) {
      const position = waiters.indexOf(grant);
      if (position >= 0) waiters.splice(position, 1);
      // The lock was granted after the wait had failed.
      else this.#grantNext(callId);
      throw reason;
    }
  }

  #grantNext(callId: string): void {
    const grant = this.#waiters.get(callId)?.shift();
    if (grant) grant();
    else this.#waiters.delete(callId);
  }

  /** The number of locks that are held. */
  get size(): number {
    return this.#waiters.size;
  }
}

/**
 * Runs an action while it holds the lock of a call.
 *
 * @throws NotSentError if the lock is not free before the deadline.
 */
export async function withCallLock<T>(
  callId: string,
  { locks, deadline }: { locks: CallLocks; deadline: RequestDeadline },
  action: () => Promise<T>,
): Promise<T> {
  let release: () => void;
  try {
    release = await locks.acquire(normalizeId(callId), deadline);
  } catch (cause) {
    if (!(cause instanceof DeadlineExceededError)) throw cause;
    throw new NotSentError(cause, "other media actions of the call held its lock until timeoutMs");
  }
  try {
    return await action();
  } finally {
    release();
  }
}
