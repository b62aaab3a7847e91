import type { SentOperation } from "@graph-dtmf/client";
import { formatTones } from "@graph-dtmf/models";
import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { type CollectContext, type Collected, collect } from "../collect.ts";
import { type CollectOptions, parseCollectOptions } from "../collect-options.ts";
import { PromptPlayback } from "../prompt-playback.ts";
import { ToneQueue } from "../tone-queue.ts";
import { Keypad } from "./keypad.ts";

/** A collect with a keypad as the far end and prompts of 3 s that are not played. */
export interface Collecting {
  clock: ManualClock;
  keypad: Keypad;
  inbox: ToneQueue;
  /** `played` and `canceled`, in order. */
  prompts: string[];
  start(options: CollectOptions): Promise<Collected>;
}

export const PROMPT_MS = 3_000;

export function startCollect(
  ports: Partial<Pick<CollectContext, "subscribe">> & { playPrompt?: () => Promise<SentOperation> } = {},
): Collecting {
  const clock = createManualClock();
  const keypad = new Keypad();
  const inbox = new ToneQueue(keypad);
  const prompts: string[] = [];
  const playPrompt =
    ports.playPrompt ??
    (async () => {
      prompts.push("played");
      const completion = new Promise<void>((resolve) => clock.after(PROMPT_MS, resolve));
      return { completion: () => completion } as unknown as SentOperation;
    });
  return {
    clock,
    keypad,
    inbox,
    prompts,
    start: async (options) =>
      collect(parseCollectOptions(options), {
        toneQueue: inbox,
        clock,
        signal: options.signal ?? new AbortController().signal,
        subscribe: ports.subscribe ?? (async () => {}),
        play: (_, changed) =>
          new PromptPlayback({
            play: playPrompt,
            cancel: async () => void prompts.push("canceled"),
            onChange: changed,
          }),
      }),
  };
}

/** The result, as `keys endedBy`. */
export function inClear({ digits, endedBy }: Collected): string {
  return `${formatTones(digits)} ${endedBy}`;
}
