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
  /** Whether Graph was not told for a while, so that it is at once. */
  isOverdue: boolean;
  /** Whether it is for this instance to tell Graph. It is asked each time but for the first of what is overdue. */
  isOurs(): Promise<boolean>;
  keepAlive(): Promise<void>;
  failed(error: unknown): void;
  /** The call is over, as was heard or as Graph says. */
  over(): void;
}

/**
 * Tells Graph from time to time that the bot lives, until the call is over or another instance does; returns what stops
 * that. It keeps no process alive.
 */
export function keepAlive(tools: KeepAliveTools): () => void {
  const { clock, life, random, isOverdue, isOurs, keepAlive, failed, over } = tools;
  let timer: Timer | undefined;
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    timer?.cancel();
    unwatch();
  };
  const end = (): void => {
    if (isStopped) return;
    stop();
    over();
  };
  const unwatch = life.watch(() => life.isOver && end());
  const wait = (): void => {
    if (isStopped) return;
    timer = clock.after(INTERVAL_MS * (1 - JITTER * random()), () => void ask());
    timer.unref();
  };
  const ask = async (): Promise<void> => {
    const may = await isOurs();
    if (isStopped) return;
    if (may) await tell();
    else stop();
  };
  const tell = async (): Promise<void> => {
    try {
      await keepAlive();
    } catch (error) {
      if (isGone(error)) end();
      else failed(error);
    }
    wait();
  };
  if (life.isOver) end();
  else if (isOverdue) void tell();
  else wait();
  return stop;
}
