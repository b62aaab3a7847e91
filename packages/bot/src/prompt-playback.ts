import type { SentOperation } from "@graph-dtmf/client";
import { isDeliveryUnknown } from "./errors.ts";

/** What a playback needs. */
interface PromptPlaybackOptions {
  play(): Promise<SentOperation>;
  /** Stops what plays in the call. */
  cancel(): Promise<void>;
  onChange(): void;
}

/** A prompt that plays until it ends or is stopped. */
export class PromptPlayback {
  readonly #options: PromptPlaybackOptions;
  #isDone = false;
  #isStopped = false;
  #failure: { error: unknown } | undefined;
  #stop = (): void => {};
  /** Resolves when none of its requests is running. Never rejects. */
  readonly done: Promise<void>;

  constructor(options: PromptPlaybackOptions) {
    this.#options = options;
    this.done = this.#run();
  }

  /** Whether it has ended or failed. */
  get isDone(): boolean {
    return this.#isDone;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Set if Graph refused the prompt. */
  get failure(): { error: unknown } | undefined {
    return this.#failure;
  }

  /** Stops the prompt. It may play on until Graph accepts the cancel request, at the latest until `done` resolves. */
  stop(): void {
    this.#isStopped = true;
    this.#stop();
  }

  async #run(): Promise<void> {
    try {
      const completion = await this.#start();
      // Graph stops only what it has accepted: an earlier cancel request has no effect.
      await Promise.race([completion(), this.#waitForStop()]);
      if (this.#isStopped) await this.#options.cancel();
    } catch (error) {
      this.#failure = { error };
    }
    this.#isDone = true;
    this.#options.onChange();
  }

  /** Resolves when Graph has accepted the prompt, or may have, with a function that waits for its end. */
  async #start(): Promise<() => Promise<unknown>> {
    try {
      const sent = await this.#options.play();
      return () => sent.completion();
    } catch (error) {
      if (isDeliveryUnknown(error)) return () => error.completion();
      throw error;
    }
  }

  #waitForStop(): Promise<void> {
    return new Promise((resolve) => {
      this.#stop = resolve;
      if (this.#isStopped) resolve();
    });
  }
}
