import type { Clock, Timer } from "@graph-dtmf/models";
import type { CallLife } from "./call-life.ts";
import { isGone } from "./errors.ts";

/** Graph recommends 15 minutes, and ends calls after 45. */
const INTERVAL_MS = 15 * 60_000;
/** Each interval is shorter by up to this part of it, so that the calls of a bot do not all ask at once. */
const JITTER = 0.1;

/** What keeps a call alive. */
export interface KeepAliveTools {
  clock: Clock;
  life: CallLife;
  /** From 0 to 1. */
  random(): number;
  keepAlive(): Promise<void>;
  failed(error: unknown): void;
}

/** Tells Graph from time to time that the bot lives, until the call is over; returns what stops that. It keeps no process alive. */
export function keepAlive({ clock, life, random, keepAlive, failed }: KeepAliveTools): () => void {
  let timer: Timer | undefined;
  let isStopped = life.isOver;
  const stop = (): void => {
    isStopped = true;
    timer?.cancel();
    unwatch();
  };
  const unwatch = life.watch(() => life.isOver && stop());
  const wait = (): void => {
    if (isStopped) return;
    timer = clock.after(INTERVAL_MS * (1 - JITTER * random()), () => void tell());
    timer.unref();
  };
  const tell = async (): Promise<void> => {
    try {
      await keepAlive();
    } catch (error) {
      if (isGone(error)) stop();
      else failed(error);
    }
    wait();
  };
  wait();
  if (isStopped) unwatch();
  return stop;
}
