import type { SentOperation } from "@graph-dtmf/client";
import { formatTones } from "@graph-dtmf/models";
import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { type CollectContext, type Collected, collect } from "../collect.ts";
import { type CollectOptions, parseCollectOptions } from "../collect-options.ts";
import { PromptPlayback } from "../prompt-playback.ts";
import { ToneQueue } from "../tone-queue.ts";
import { Keypad } from "./keypad.ts";

/** A collect with a keypad as the far end and fake prompts of 3 s. */
interface CollectFixture {
  clock: ManualClock;
  keypad: Keypad;
  toneQueue: ToneQueue;
  /** `played` and `canceled`, in order. */
  prompts: string[];
  start(options: CollectOptions): Promise<Collected>;
}

export const PROMPT_MS = 3_000;

export function startCollect(
  fakes: Partial<Pick<CollectContext, "subscribe">> & { playPrompt?: () => Promise<SentOperation> } = {},
): CollectFixture {
  const clock = createManualClock();
  const keypad = new Keypad();
  const toneQueue = new ToneQueue(keypad);
  const prompts: string[] = [];
  const playPrompt =
    fakes.playPrompt ??
    (async () => {
      prompts.push("played");
      const completion = new Promise<void>((resolve) => clock.after(PROMPT_MS, resolve));
      return { completion: () => completion } as unknown as SentOperation;
    });
  return {
    clock,
    keypad,
    toneQueue,
    prompts,
    start: async (options) =>
      collect(parseCollectOptions(options), {
        toneQueue,
        clock,
        signal: options.signal ?? new AbortController().signal,
        subscribe: fakes.subscribe ?? (async () => {}),
        play: (_, onChange) =>
          new PromptPlayback({
            play: playPrompt,
            cancel: async () => void prompts.push("canceled"),
            onChange,
          }),
      }),
  };
}

/** The result, as `keys endedBy`. */
export function formatResult({ digits, endedBy }: Collected): string {
  return `${formatTones(digits)} ${endedBy}`;
}
