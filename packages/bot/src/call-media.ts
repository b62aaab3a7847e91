import type { DtmfClient, Prompt, RequestOptions } from "@graph-dtmf/client";
import { isRecord } from "@graph-dtmf/models/internal";
import { Playing } from "./playing.ts";

/** What the media of one call is asked for by. */
export interface CallMediaOptions {
  callId: string;
  dtmf: DtmfClient;
  /** With what its requests are made. */
  ours(): RequestOptions;
  /** Nobody waits for what could not be stopped. */
  failed(error: unknown): void;
}

/** What a call plays and hears for the bot itself, beside what its user asks for. */
export class CallMedia {
  readonly #options: CallMediaOptions;
  #subscription: Promise<unknown> | undefined;
  #playing: Playing | undefined;

  constructor(options: CallMediaOptions) {
    this.#options = options;
  }

  /** Whoever shares the subscription shares its end; one that failed is tried again by the next. */
  subscribe(): Promise<unknown> {
    const { callId, dtmf, ours } = this.#options;
    this.#subscription ??= dtmf.subscribeToTone(callId, {}, ours()).catch((error: unknown) => {
      this.#subscription = undefined;
      throw error;
    });
    return this.#subscription;
  }

  /** Plays prompts that a key may stop. */
  play(prompts: readonly Prompt[], changed: () => void): Playing {
    const { callId, dtmf, ours } = this.#options;
    const before = this.prompted();
    this.#playing = new Playing({
      play: async () => {
        await before;
        return dtmf.playPrompt(callId, { prompts }, ours());
      },
      cancel: () => this.cancel(),
      changed,
    });
    return this.#playing;
  }

  /** Resolves once no prompt plays that a key may stop: that would stop what plays behind it, too. */
  async prompted(): Promise<void> {
    await this.#playing?.done;
  }

  /** Stops what plays. What cannot be stopped plays to its end. */
  async cancel(): Promise<void> {
    const { callId, dtmf, ours, failed } = this.#options;
    await dtmf.cancelMediaProcessing(callId, {}, ours()).catch((error: unknown) => {
      // Nothing plays any more in a call that is over.
      if (!(isRecord(error) && error.status === 404)) failed(error);
    });
  }
}
