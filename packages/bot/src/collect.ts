import type { Prompt } from "@graph-dtmf/client";
import { type Clock, type SecretTones, secretTones } from "@graph-dtmf/models";
import { Alarm } from "./alarm.ts";
import type { CollectRules } from "./collect-rules.ts";
import { Entry } from "./entry.ts";
import { isGone } from "./errors.ts";
import type { KeyInbox } from "./key-inbox.ts";
import type { Playing } from "./playing.ts";
import { aborts } from "./watch.ts";

/** What somebody has entered. */
export interface Collected {
  /** The keys, without the one that ended the entry. */
  digits: SecretTones;
  endedBy: "maxDigits" | "terminator" | "firstDigitTimeout" | "interDigitTimeout" | "timeout" | "callEnded" | "aborted";
  /** How many keys were pressed meanwhile, but never heard of: with any, `digits` is not what was entered. */
  keysLost: number;
}

/** What collecting needs of its call. */
export interface CollectTools {
  inbox: KeyInbox;
  clock: Clock;
  /** Aborted when the caller or the bot gives up. */
  signal: AbortSignal;
  /** Has Graph tell which keys are pressed; once a call. */
  subscribe(): Promise<unknown>;
  play(prompts: readonly Prompt[], changed: () => void): Playing;
}

type Ending = Collected["endedBy"];

/**
 * Collects one entry. It looks at what there is whenever anything changes; a key is taken only to become part of the
 * entry, so that none is lost when time runs out.
 */
export async function collect(rules: CollectRules, tools: CollectTools): Promise<Collected> {
  const collection = new Collection(rules, tools);
  const stops = [tools.inbox.watch(collection.alarm.ring), aborts(tools.signal)(collection.alarm.ring)];
  try {
    return await collection.run();
  } finally {
    for (const stop of stops) stop();
  }
}

class Collection {
  readonly #rules: CollectRules;
  readonly #tools: CollectTools;
  readonly alarm: Alarm;
  readonly #endAtMs: number;

  constructor(rules: CollectRules, tools: CollectTools) {
    this.#rules = rules;
    this.#tools = tools;
    this.alarm = new Alarm(tools.clock);
    this.#endAtMs = tools.clock.now() + rules.timeoutMs;
  }

  async run(): Promise<Collected> {
    let entry = new Entry(this.#rules);
    let endedBy = await this.#subscribe();
    for (let attempt = 1; endedBy === undefined; attempt++) {
      entry = new Entry(this.#rules);
      const playing = this.#prompt();
      try {
        endedBy = await this.#attempt(entry, { playing, isLast: attempt === this.#rules.maxAttempts });
      } finally {
        playing?.stop();
      }
    }
    return { digits: secretTones(entry.tones), endedBy, keysLost: entry.keysLost };
  }

  /** Whoever has typed ahead knows what the prompts say. */
  #prompt(): Playing | undefined {
    const { inbox, play } = this.#tools;
    const { prompts } = this.#rules;
    return prompts.length > 0 && !inbox.hasKeys ? play(prompts, this.alarm.ring) : undefined;
  }

  async #subscribe(): Promise<Ending | undefined> {
    let settled: { failure?: { error: unknown } } | undefined;
    this.#tools.subscribe().then(
      () => {
        settled = {};
        this.alarm.ring();
      },
      (error: unknown) => {
        settled = { failure: { error } };
        this.alarm.ring();
      },
    );
    for (;;) {
      const ending = this.#ending();
      if (ending) return ending;
      if (this.#tools.inbox.isOver) return "callEnded";
      if (settled) return settled.failure && endOf(settled.failure);
      await this.alarm.wait(this.#endAtMs);
    }
  }

  /** Returns how the collecting ends, or `undefined` if it is to begin anew. */
  async #attempt(entry: Entry, how: { playing: Playing | undefined; isLast: boolean }): Promise<Ending | undefined> {
    const { inbox, clock } = this.#tools;
    const { firstDigitTimeoutMs, interDigitTimeoutMs } = this.#rules;
    const { playing, isLast } = how;
    let silentUntilMs: number | undefined;
    for (;;) {
      const ending = this.#ending();
      if (ending) return ending;
      const key = inbox.take();
      if (key) {
        playing?.stop();
        const state = entry.take(key);
        if (state === "maxDigits" || state === "terminator") return state;
        if (state !== "open" && !isLast) return undefined;
        if (state === "tooShort") return "terminator";
        if (state === "open") silentUntilMs = clock.now() + interDigitTimeoutMs;
        continue;
      }
      if (inbox.isOver) return "callEnded";
      if (playing?.failure) return endOf(playing.failure);
      const isPrompting = playing !== undefined && !playing.isOver && !playing.isStopped;
      if (!isPrompting) silentUntilMs ??= clock.now() + firstDigitTimeoutMs;
      if (silentUntilMs !== undefined && clock.now() >= silentUntilMs) {
        const isSilence = entry.tones.length === 0;
        if (!isLast && (isSilence || !entry.isLongEnough)) return undefined;
        return isSilence ? "firstDigitTimeout" : "interDigitTimeout";
      }
      await this.alarm.wait(Math.min(silentUntilMs ?? Number.POSITIVE_INFINITY, this.#endAtMs));
    }
  }

  /** What ends it at once, whatever was or is being pressed. */
  #ending(): Ending | undefined {
    if (this.#tools.signal.aborted) return "aborted";
    return this.#tools.clock.now() >= this.#endAtMs ? "timeout" : undefined;
  }
}

/** @throws what Graph refused it with, unless it is that the call is over. */
function endOf({ error }: { error: unknown }): Ending {
  if (isGone(error)) return "callEnded";
  throw error;
}
