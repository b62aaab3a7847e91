import type { SentOperation } from "@graph-dtmf/client";
import { formatTones } from "@graph-dtmf/models";
import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { type Collected, type CollectTools, collect } from "../collect.ts";
import { type CollectOptions, readCollectRules } from "../collect-rules.ts";
import { KeyInbox } from "../key-inbox.ts";
import { Playing } from "../playing.ts";
import { Keypad } from "./keypad.ts";

/** Collecting, with a keypad at the other end, and prompts of 3 s that play nowhere. */
export interface Collecting {
  clock: ManualClock;
  keypad: Keypad;
  inbox: KeyInbox;
  /** `played` and `canceled`, in order. */
  prompts: string[];
  start(options: CollectOptions): Promise<Collected>;
}

export const PROMPT_MS = 3_000;

export function openCollecting(
  ports: Partial<Pick<CollectTools, "subscribe">> & { playPrompt?: () => Promise<SentOperation> } = {},
): Collecting {
  const clock = createManualClock();
  const keypad = new Keypad();
  const inbox = new KeyInbox(keypad);
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
      collect(readCollectRules(options), {
        inbox,
        clock,
        signal: options.signal ?? new AbortController().signal,
        subscribe: ports.subscribe ?? (async () => {}),
        play: (_, changed) =>
          new Playing({ play: playPrompt, cancel: async () => void prompts.push("canceled"), changed }),
      }),
  };
}

/** What was collected, as `keys endedBy`. */
export function inClear({ digits, endedBy }: Collected): string {
  return `${formatTones(digits)} ${endedBy}`;
}
