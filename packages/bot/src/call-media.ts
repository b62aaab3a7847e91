import type { DtmfClient, Prompt, RequestOptions } from "@graph-dtmf/client";
import { isRecord } from "@graph-dtmf/models/internal";
import { PromptPlayback } from "./prompt-playback.ts";

/** What `CallMedia` needs of its call. */
interface CallMediaOptions {
  callId: string;
  dtmf: DtmfClient;
  /** Returns the options of each request. */
  requestOptions(): RequestOptions;
  /** Called when Graph refuses to stop media: no promise of the caller rejects. */
  onError(error: unknown): void;
}

/** The tone subscription and the prompts that the bot itself starts in a call. */
export class CallMedia {
  readonly #options: CallMediaOptions;
  #subscription: Promise<unknown> | undefined;
  #playback: PromptPlayback | undefined;

  constructor(options: CallMediaOptions) {
    this.#options = options;
  }

  /** Subscribes to tones once. Callers share the result. After a failure the next call tries again. */
  subscribe(): Promise<unknown> {
    const { callId, dtmf, requestOptions } = this.#options;
    this.#subscription ??= dtmf.subscribeToTone(callId, {}, requestOptions()).catch((error: unknown) => {
      this.#subscription = undefined;
      throw error;
    });
    return this.#subscription;
  }

  /** Plays prompts that a key can stop. */
  play(prompts: readonly Prompt[], onChange: () => void): PromptPlayback {
    const { callId, dtmf, requestOptions } = this.#options;
    const previousEnd = this.waitForPromptEnd();
    this.#playback = new PromptPlayback({
      play: async () => {
        await previousEnd;
        return dtmf.playPrompt(callId, { prompts }, requestOptions());
      },
      cancel: () => this.cancel(),
      onChange,
    });
    return this.#playback;
  }

  /** Resolves when no prompt that a key can stop is playing: stopping it would also stop media that is queued behind it. */
  async waitForPromptEnd(): Promise<void> {
    await this.#playback?.done;
  }

  /** Stops what plays. If Graph refuses, it plays to its end. */
  async cancel(): Promise<void> {
    const { callId, dtmf, requestOptions, onError } = this.#options;
    await dtmf.cancelMediaProcessing(callId, {}, requestOptions()).catch((error: unknown) => {
      // A call that has ended plays nothing.
      if (!(isRecord(error) && error.status === 404)) onError(error);
    });
  }
}
