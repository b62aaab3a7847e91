import type { Prompt, RejectCallRequest, RequestOptions, SentOperation, TonesInput } from "@graph-dtmf/client";
import type {
  CallState,
  CancelMediaProcessingOperation,
  PlayPromptOperation,
  SendDtmfTonesOperation,
} from "@graph-dtmf/models";
import type { ToneIterator } from "@graph-dtmf/notifications";
import type { CallStatus } from "./call-progress.ts";
import type { Collected } from "./collect.ts";
import type { CollectOptions } from "./collect-options.ts";
import type { DialResult } from "./dial.ts";
import type { DialInput, DialPlanOptions } from "./dial-plan.ts";

/** Options of one request of a call. The tenant is the call's. */
export type CallRequestOptions = Omit<RequestOptions, "tenantId">;

/** Limits of `waitFor`. */
export interface WaitForOptions {
  /** Milliseconds; default 120,000, without a limit for `terminated`. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Options of `sendTones`. */
export interface SendTonesOptions extends CallRequestOptions {
  /** Milliseconds between two tones. Default: Graph's own delay. */
  delayBetweenTonesMs?: number;
  clientContext?: string;
}

/** One call of a bot. `bot.call(id)` returns the same object for the same call until the call has ended. */
export interface BotCall {
  readonly id: string;
  /** The latest state that Graph reported, and after the end of the call the reason as a sentence. */
  readonly status: CallStatus;
  /** The tenant of the call. */
  readonly tenantId: string | undefined;

  /**
   * Resolves when the call is in that state, or in a later one. Notifications may arrive out of order.
   *
   * @throws CallEndedError `call_ended` if the call ends first. Its message gives the reason.
   * @throws DtmfError `timed_out` at the timeout, `closed` when the bot is closed.
   * @throws the reason of the signal.
   */
  waitFor(state: CallState, options?: WaitForOptions): Promise<CallStatus>;

  /**
   * Accepts an incoming call. A notification reports when the call is established.
   *
   * @param request `callbackUri`: where Graph posts the call's notifications from now on. Default: the bot's.
   * @throws DtmfError `answer_too_late` if the call has been ringing for 15 s: Graph has dropped it.
   */
  answer(request?: { callbackUri?: string }, options?: CallRequestOptions): Promise<void>;

  /**
   * Rejects an incoming call.
   *
   * @throws DtmfError `answer_too_late` if the call has been ringing for 15 s.
   */
  reject(request?: RejectCallRequest, options?: CallRequestOptions): Promise<void>;

  /** Ends the call for the bot. Also resolves if the call has already ended. */
  hangUp(options?: CallRequestOptions): Promise<void>;

  /** Presses keys, at most once: `sendDtmfTones` of the client. */
  sendTones(tones: TonesInput, options?: SendTonesOptions): Promise<SentOperation<SendDtmfTonesOperation>>;

  /**
   * Dials keys and pauses. It waits for each operation, and no other tones or prompts of the call play in between.
   * Aborting the signal stops what plays.
   *
   * @returns the outcome and the number of tones that were played, also after a failure.
   * @throws InvalidTonesError, InvalidRequestError before anything is sent.
   * @example
   * const { outcome } = await call.dial("1,,4711#"); // key 1, 4 seconds, a PIN
   */
  dial(input: DialInput, options?: DialPlanOptions & { signal?: AbortSignal }): Promise<DialResult>;

  /** Plays 1 to 20 WAV files: `playPrompt` of the client. */
  playPrompt(prompts: readonly Prompt[], options?: CallRequestOptions): Promise<SentOperation<PlayPromptOperation>>;

  /** Stops the media of the call, playing or queued. That this includes tones is an assumption. */
  cancelMediaProcessing(options?: CallRequestOptions): Promise<SentOperation<CancelMediaProcessingOperation>>;

  /**
   * Yields the keys that are pressed from now on, as `receiver.tones` does. The first use in a call subscribes to
   * its tones. Reading rejects if Graph refuses the subscription.
   */
  tones(options?: { signal?: AbortSignal }): ToneIterator;

  /**
   * Collects keys, such as a PIN or a choice. Keys count from the end of the previous collect, or from the first
   * collect of the call: a collect that times out leaves later keys to the next one.
   *
   * @returns the keys and what ended the collect, also when the call ends.
   * @throws InvalidRequestError, InvalidTonesError for invalid options.
   * @throws the error with which Graph refused a subscription or a prompt.
   * @example
   * const { digits, endedBy } = await call.collect({ maxDigits: 4, prompts: [{ uri }], maxAttempts: 3 });
   */
  collect(options: CollectOptions): Promise<Collected>;

  /**
   * Sends keepAlive to Graph every 15 minutes or a little earlier until the call ends: Graph drops a call after 45
   * minutes without it. `onError` gets the errors, and the next interval tries again. The timer does not keep the
   * process alive.
   *
   * Instances that share a store with leases, such as that of `@graph-dtmf/redis`, share this work: one instance
   * sends at a time, and another one takes over when it stops.
   *
   * @returns a function that stops it on all instances. It has no effect after a later call of `keepAlive` here.
   */
  keepAlive(): () => void;
}
