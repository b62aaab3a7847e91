import type { SentOperation } from "@graph-dtmf/client";
import { isDeliveryUnknown } from "./errors.ts";

/** What a prompt is played with. */
export interface PlayingTools {
  play(): Promise<SentOperation>;
  /** Stops what is played in the call. */
  cancel(): Promise<void>;
  changed(): void;
}

/** A prompt that plays until it ends or is stopped. */
export class Playing {
  readonly #tools: PlayingTools;
  #isOver = false;
  #isStopped = false;
  #failure: { error: unknown } | undefined;
  #stop = (): void => {};
  /** Resolves when nothing is asked of Graph for it any more. Never rejects. */
  readonly done: Promise<void>;

  constructor(tools: PlayingTools) {
    this.#tools = tools;
    this.done = this.#run();
  }

  /** Whether it is to be waited for no longer. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Graph did not take it. */
  get failure(): { error: unknown } | undefined {
    return this.#failure;
  }

  /** It is silent as soon as Graph has been told, which takes until `done`. */
  stop(): void {
    this.#isStopped = true;
    this.#stop();
  }

  async #run(): Promise<void> {
    try {
      const completion = await this.#begin();
      // Only what Graph has taken can be stopped: a cancel that overtakes it stops nothing.
      await Promise.race([completion(), this.#stopped()]);
      if (this.#isStopped) await this.#tools.cancel();
    } catch (error) {
      this.#failure = { error };
    }
    this.#isOver = true;
    this.#tools.changed();
  }

  /** Resolves once Graph has taken it, or may have, with what waits for its end. */
  async #begin(): Promise<() => Promise<unknown>> {
    try {
      const sent = await this.#tools.play();
      return () => sent.completion();
    } catch (error) {
      if (isDeliveryUnknown(error)) return () => error.completion();
      throw error;
    }
  }

  #stopped(): Promise<void> {
    return new Promise((resolve) => {
      this.#stop = resolve;
      if (this.#isStopped) resolve();
    });
  }
}
