import type { BotCall } from "./bot-call.ts";
import type { BotErrorListener } from "./error-reporter.ts";

/** Gives each incoming call to the handlers once, although its notification may arrive twice. */
export class IncomingCallDispatcher {
  readonly #onError: BotErrorListener;
  /** Objects allow the same function to be added twice. */
  readonly #handlers = new Set<{ handle(call: BotCall): unknown }>();
  readonly #dispatched = new WeakSet<BotCall>();

  constructor(onError: BotErrorListener) {
    this.#onError = onError;
  }

  /** Returns a function that removes the handler. */
  add(handle: (call: BotCall) => unknown): () => void {
    const registration = { handle };
    this.#handlers.add(registration);
    return () => this.#handlers.delete(registration);
  }

  /** Calls all handlers without waiting for them. */
  dispatch(call: BotCall): void {
    if (this.#dispatched.has(call)) return;
    this.#dispatched.add(call);
    for (const { handle } of this.#handlers) void this.#run(handle, call);
  }

  async #run(handle: (call: BotCall) => unknown, call: BotCall): Promise<void> {
    try {
      await handle(call);
    } catch (error) {
      this.#onError(error, { callId: call.id });
    }
  }
}
