import type { Prompt, RejectCallRequest, RequestOptions, SentOperation, TonesInput } from "@graph-dtmf/client";
import type {
  CallState,
  CancelMediaProcessingOperation,
  PlayPromptOperation,
  SendDtmfTonesOperation,
} from "@graph-dtmf/models";
import type { HeardTone } from "@graph-dtmf/notifications";
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
  /** Milliseconds between two tones. Graph uses a delay of its own unless this is given. */
  delayBetweenTonesMs?: number;
  clientContext?: string;
}

/** One call of a bot. `bot.call(id)` returns the same object for the same call until the call has ended. */
export interface BotCall {
  readonly id: string;
  /** The latest state that Graph reported. After the call has ended it has the reason as a sentence. */
  readonly status: CallStatus;
  /** The tenant of the call. */
  readonly tenantId: string | undefined;

  /**
   * Resolves when the call is in that state, or in a later one. Notifications may arrive out of order.
   *
   * @throws CallEndedError `call_ended` if the call ends first; its message gives the reason.
   * @throws DtmfError `timed_out`, `closed`; the reason of the signal.
   */
  waitFor(state: CallState, options?: WaitForOptions): Promise<CallStatus>;

  /**
   * Accepts an incoming call. Graph waits 15 s for this. A notification reports when the call is established.
   *
   * @param request `callbackUri`: where Graph posts the call's notifications from now on. Default: the bot's.
   * @throws DtmfError `answer_too_late` after the 15 s.
   */
  answer(request?: { callbackUri?: string }, options?: CallRequestOptions): Promise<void>;

  /** Rejects an incoming call. @throws DtmfError `answer_too_late` after 15 s. */
  reject(request?: RejectCallRequest, options?: CallRequestOptions): Promise<void>;

  /** Ends the call for the bot. Also resolves if the call has already ended. */
  hangUp(options?: CallRequestOptions): Promise<void>;

  /** Presses keys, at most once: `sendDtmfTones` of the client. */
  sendTones(tones: TonesInput, options?: SendTonesOptions): Promise<SentOperation<SendDtmfTonesOperation>>;

  /**
   * Dials keys and pauses. It waits for each operation, and no other tones or prompts of the call play in between. The
   * result is always a value, with counts of the tones that were played. Aborting the signal stops what plays.
   *
   * @throws InvalidTonesError, InvalidRequestError before anything is sent.
   * @example
   * const { outcome } = await call.dial("1,,4711#"); // key 1, 4 seconds, a PIN
   */
  dial(input: DialInput, options?: DialPlanOptions & { signal?: AbortSignal }): Promise<DialResult>;

  /** Plays 1 to 20 WAV files: `playPrompt` of the client. */
  playPrompt(prompts: readonly Prompt[], options?: CallRequestOptions): Promise<SentOperation<PlayPromptOperation>>;

  /** Stops playing and queued media of the call. That it stops tones too is an assumption. */
  cancelMediaProcessing(options?: CallRequestOptions): Promise<SentOperation<CancelMediaProcessingOperation>>;

  /**
   * Yields the keys that are pressed from now on, as `receiver.tones` does. Subscribes to them, once a call. Reading
   * rejects if Graph refuses the subscription.
   */
  tones(options?: { signal?: AbortSignal }): AsyncIterableIterator<HeardTone>;

  /**
   * Collects keys, such as a PIN or a choice. Keys that were pressed since the previous collect, or since the first in the
   * call, count too: a collect that times out leaves later keys to the next one.
   *
   * The result is always a value.
   *
   * @throws InvalidRequestError, InvalidTonesError; Graph's refusal of a subscription or prompt.
   * @example
   * const { digits, endedBy } = await call.collect({ maxDigits: 4, prompts: [{ uri }], maxAttempts: 3 });
   */
  collect(options: CollectOptions): Promise<Collected>;

  /**
   * Sends keepAlive to Graph every 15 minutes or a little earlier until the call ends: Graph drops a call after 45 minutes
   * without it. Errors are reported to `onError`, and the next interval tries again. It does not keep the process alive.
   *
   * Instances that share a store with leases, such as the one of `@graph-dtmf/redis`, share this work: one instance sends at
   * a time. When it stops, another one takes over.
   *
   * @returns a function that stops it on all instances, unless `keepAlive` was called here again since.
   */
  keepAlive(): () => void;
}
