import type { Clock, Timer } from "@graph-dtmf/models";
import type { CallProgress } from "./call-progress.ts";
import { isCallNotFound } from "./errors.ts";

/** Graph recommends 15 minutes, and ends a call after 45. */
const INTERVAL_MS = 15 * 60_000;
/** Each interval is shortened by up to this fraction, so that requests of many calls do not coincide. */
const JITTER = 0.1;

/** What `startKeepAlive` needs of its call. */
interface KeepAliveOptions {
  clock: Clock;
  progress: CallProgress;
  /** Returns a number from 0 to 1. */
  random(): number;
  /** Whether the last keepAlive was long ago. If so, the first request is sent at once. */
  isOverdue: boolean;
  /**
   * Returns whether this instance sends keepAlive. Called before each request, except for the first one of an
   * overdue call.
   */
  acquire(): Promise<boolean>;
  sendKeepAlive(): Promise<void>;
  onError(error: unknown): void;
  /** Called when the call has ended, according to a notification or to a 404. */
  onEnd(): void;
}

/**
 * Sends keepAlive to Graph at intervals, until the call ends or another instance has taken over. The timer does not
 * keep the process alive.
 *
 * @returns a function that stops it.
 */
export function startKeepAlive(options: KeepAliveOptions): () => void {
  const { clock, progress, random, isOverdue, acquire, sendKeepAlive, onError, onEnd } = options;
  let timer: Timer | undefined;
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    timer?.cancel();
    unsubscribe();
  };
  const end = (): void => {
    if (isStopped) return;
    stop();
    onEnd();
  };
  const unsubscribe = progress.subscribe(() => progress.isEnded && end());
  const schedule = (): void => {
    if (isStopped) return;
    timer = clock.after(INTERVAL_MS * (1 - JITTER * random()), () => void sendIfAcquired());
    timer.unref();
  };
  const sendIfAcquired = async (): Promise<void> => {
    const isAcquired = await acquire();
    if (isStopped) return;
    if (isAcquired) await send();
    else stop();
  };
  const send = async (): Promise<void> => {
    try {
      await sendKeepAlive();
    } catch (error) {
      if (isCallNotFound(error)) end();
      else onError(error);
    }
    schedule();
  };
  if (progress.isEnded) end();
  else if (isOverdue) void send();
  else schedule();
  return stop;
}
