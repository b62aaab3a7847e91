import type { Prompt } from "@graph-dtmf/client";
import { type Clock, type SecretTones, secretTones } from "@graph-dtmf/models";
import { AutoResetEvent } from "./auto-reset-event.ts";
import type { CollectSettings } from "./collect-options.ts";
import { DigitBuffer } from "./digit-buffer.ts";
import { isCallNotFound } from "./errors.ts";
import type { PromptPlayback } from "./prompt-playback.ts";
import type { ToneQueue } from "./tone-queue.ts";
import { onAborted } from "./wait-until.ts";

/** The result of a collect. */
export interface Collected {
  /** The keys, without the terminator. */
  digits: SecretTones;
  endedBy: "maxDigits" | "terminator" | "firstDigitTimeout" | "interDigitTimeout" | "timeout" | "callEnded" | "aborted";
  /** The number of keys that were pressed but not received. If it is not 0, `digits` is incomplete. */
  keysLost: number;
}

/** What a collect needs of its call. */
export interface CollectContext {
  toneQueue: ToneQueue;
  clock: Clock;
  /** Aborted by the caller's signal, and when the bot closes. */
  signal: AbortSignal;
  /** Subscribes to tones, once a call. */
  subscribe(): Promise<unknown>;
  play(prompts: readonly Prompt[], onChange: () => void): PromptPlayback;
}

type EndedBy = Collected["endedBy"];

/**
 * Collects one entry. After every change it checks all conditions again. A key leaves the queue only when it is
 * evaluated, so a key that arrives at a timeout counts for the next collect.
 */
export async function collect(settings: CollectSettings, context: CollectContext): Promise<Collected> {
  const collection = new Collection(settings, context);
  const unsubscribes = [
    context.toneQueue.subscribe(collection.changed.set),
    onAborted(context.signal)(collection.changed.set),
  ];
  try {
    return await collection.run();
  } finally {
    for (const unsubscribe of unsubscribes) unsubscribe();
  }
}

class Collection {
  readonly #settings: CollectSettings;
  readonly #context: CollectContext;
  readonly changed: AutoResetEvent;
  readonly #endAtMs: number;

  constructor(settings: CollectSettings, context: CollectContext) {
    this.#settings = settings;
    this.#context = context;
    this.changed = new AutoResetEvent(context.clock);
    this.#endAtMs = context.clock.now() + settings.timeoutMs;
  }

  async run(): Promise<Collected> {
    let digits = new DigitBuffer(this.#settings);
    let endedBy = await this.#subscribe();
    for (let attempt = 1; endedBy === undefined; attempt++) {
      digits = new DigitBuffer(this.#settings);
      const playback = this.#startPrompts();
      try {
        endedBy = await this.#attempt(digits, { playback, isLast: attempt === this.#settings.maxAttempts });
      } finally {
        playback?.stop();
      }
    }
    return { digits: secretTones(digits.tones), endedBy, keysLost: digits.keysLost };
  }

  /** Skips the prompts if keys are already waiting. */
  #startPrompts(): PromptPlayback | undefined {
    const { toneQueue, play } = this.#context;
    const { prompts } = this.#settings;
    return prompts.length > 0 && !toneQueue.hasTones ? play(prompts, this.changed.set) : undefined;
  }

  async #subscribe(): Promise<EndedBy | undefined> {
    let settled: { failure?: { error: unknown } } | undefined;
    this.#context.subscribe().then(
      () => {
        settled = {};
        this.changed.set();
      },
      (error: unknown) => {
        settled = { failure: { error } };
        this.changed.set();
      },
    );
    for (;;) {
      const end = this.#immediateEnd();
      if (end) return end;
      if (this.#context.toneQueue.isEnded) return "callEnded";
      if (settled) return settled.failure && endedByError(settled.failure);
      await this.changed.wait(this.#endAtMs);
    }
  }

  /** Returns what ends the collect, or `undefined` if another attempt follows. */
  async #attempt(
    digits: DigitBuffer,
    attempt: { playback: PromptPlayback | undefined; isLast: boolean },
  ): Promise<EndedBy | undefined> {
    const { toneQueue, clock } = this.#context;
    const { firstDigitTimeoutMs, interDigitTimeoutMs } = this.#settings;
    const { playback, isLast } = attempt;
    let silentUntilMs: number | undefined;
    for (;;) {
      const end = this.#immediateEnd();
      if (end) return end;
      const key = toneQueue.take();
      if (key) {
        playback?.stop();
        const state = digits.add(key);
        if (state === "maxDigits" || state === "terminator") return state;
        if (state !== "open" && !isLast) return undefined;
        if (state === "tooShort") return "terminator";
        if (state === "open") silentUntilMs = clock.now() + interDigitTimeoutMs;
        continue;
      }
      if (toneQueue.isEnded) return "callEnded";
      if (playback?.failure) return endedByError(playback.failure);
      const isPrompting = playback !== undefined && !playback.isDone && !playback.isStopped;
      if (!isPrompting) silentUntilMs ??= clock.now() + firstDigitTimeoutMs;
      if (silentUntilMs !== undefined && clock.now() >= silentUntilMs) {
        const isSilence = digits.tones.length === 0;
        if (!isLast && (isSilence || !digits.hasMinDigits)) return undefined;
        return isSilence ? "firstDigitTimeout" : "interDigitTimeout";
      }
      await this.changed.wait(Math.min(silentUntilMs ?? Number.POSITIVE_INFINITY, this.#endAtMs));
    }
  }

  /** Returns what ends the collect without regard to keys. */
  #immediateEnd(): EndedBy | undefined {
    if (this.#context.signal.aborted) return "aborted";
    return this.#context.clock.now() >= this.#endAtMs ? "timeout" : undefined;
  }
}

/**
 * Returns `callEnded` if Graph has no such call any more.
 *
 * @throws any other error.
 */
function endedByError({ error }: { error: unknown }): EndedBy {
  if (isCallNotFound(error)) return "callEnded";
  throw error;
}
