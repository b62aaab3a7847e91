import type { DtmfClient, Prompt, RequestOptions } from "@graph-dtmf/client";
import { isRecord } from "@graph-dtmf/models/internal";
import { PromptPlayback } from "./prompt-playback.ts";

/** What `CallMedia` needs of its call. */
export interface CallMediaOptions {
  callId: string;
  dtmf: DtmfClient;
  /** The options of each request. */
  requestOptions(): RequestOptions;
  /** Called when media could not be stopped, which no promise reports. */
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
    const { callId, dtmf, requestOptions: ours } = this.#options;
    this.#subscription ??= dtmf.subscribeToTone(callId, {}, ours()).catch((error: unknown) => {
      this.#subscription = undefined;
      throw error;
    });
    return this.#subscription;
  }

  /** Plays prompts that a key can stop. */
  play(prompts: readonly Prompt[], changed: () => void): PromptPlayback {
    const { callId, dtmf, requestOptions: ours } = this.#options;
    const before = this.promptEnd();
    this.#playback = new PromptPlayback({
      play: async () => {
        await before;
        return dtmf.playPrompt(callId, { prompts }, ours());
      },
      cancel: () => this.cancel(),
      onChange: changed,
    });
    return this.#playback;
  }

  /**
   * Resolves once no prompt is playing that a key can stop: stopping it would also stop media that is queued behind
   * it.
   */
  async promptEnd(): Promise<void> {
    await this.#playback?.done;
  }

  /** Stops what plays. If that fails, it plays to its end. */
  async cancel(): Promise<void> {
    const { callId, dtmf, requestOptions: ours, onError } = this.#options;
    await dtmf.cancelMediaProcessing(callId, {}, ours()).catch((error: unknown) => {
      // A call that has ended plays nothing.
      if (!(isRecord(error) && error.status === 404)) onError(error);
    });
  }
}
