import type {
  DtmfClient,
  Prompt,
  RejectCallRequest,
  RequestOptions,
  SentOperation,
  TonesInput,
} from "@graph-dtmf/client";
import {
  type CallState,
  type CancelMediaProcessingOperation,
  type Clock,
  DtmfError,
  type PlayPromptOperation,
  type SendDtmfTonesOperation,
} from "@graph-dtmf/models";
import type { HeardTone, NotificationReceiver } from "@graph-dtmf/notifications";
import type { CallLife, CallStatus } from "./call-life.ts";
import { CallMedia } from "./call-media.ts";
import { type Collected, collect } from "./collect.ts";
import { type CollectOptions, readCollectRules } from "./collect-rules.ts";
import { type DialResult, dial } from "./dial.ts";
import { type DialInput, type DialPlanOptions, planDial } from "./dial-plan.ts";
import { CallEndedError, isGone } from "./errors.ts";
import type { KeptCalls } from "./kept-calls.ts";
import { KeyInbox } from "./key-inbox.ts";
import { linkSignals } from "./link-signals.ts";
import { aborts, waitUntil } from "./watch.ts";

/** What the calls of one bot are made of. */
export interface CallTools {
  dtmf: DtmfClient;
  receiver: Pick<NotificationReceiver, "tones">;
  clock: Clock;
  /** Aborted when the bot is closed. */
  closing: AbortSignal;
  callbackUri: string | undefined;
  kept: Pick<KeptCalls, "keep" | "stop">;
  failed(error: unknown, about: { callId: string }): void;
}

/** How long to wait for a call to come so far. A call may last for hours, so its end is waited for without a limit. */
const REACH_MS = 120_000;
/** @see Graph v1.0, call: answer */
const ANSWER_WITHIN_MS = 15_000;

/** How a wait may end early. */
export interface WaitForOptions {
  /** Milliseconds; default 120,000, without a limit for `terminated`. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** How tones are sent. */
export interface SendTonesOptions extends Omit<RequestOptions, "tenantId"> {
  delayBetweenTonesMs?: number;
  clientContext?: string;
}

/** One call of a bot: the same object for the same call, as long as it lasts. */
export class BotCall {
  readonly id: string;
  readonly #tools: CallTools;
  readonly #life: CallLife;
  readonly #media: CallMedia;
  #inbox: KeyInbox | undefined;
  #isCollecting = false;
  #stopKeepingAlive: (() => void) | undefined;

  constructor(id: string, life: CallLife, tools: CallTools) {
    this.id = id;
    this.#life = life;
    this.#tools = tools;
    this.#media = new CallMedia({
      callId: id,
      dtmf: tools.dtmf,
      ours: () => this.#ours(),
      failed(error) {
        // Where the call or the bot has ended, nothing plays that had to be stopped.
        if (!isGone(error) && !tools.closing.aborted) tools.failed(error, { callId: id });
      },
    });
  }

  /** How the call stands, as far as was heard; once it is over, with the reason in a sentence. */
  get status(): CallStatus {
    return this.#life.status;
  }

  /** The tenant that the call is in. */
  get tenantId(): string | undefined {
    return this.#life.tenantId;
  }

  /**
   * Resolves once the call is in that state, or has gone on from it; notifications may come out of order.
   *
   * @throws CallEndedError `call_ended` if the call ends before; it says why.
   * @throws DtmfError `timed_out`, `closed`; the reason of the signal.
   */
  async waitFor(state: CallState, { timeoutMs, signal }: WaitForOptions = {}): Promise<CallStatus> {
    const { clock, closing } = this.#tools;
    const limitMs = timeoutMs ?? (state === "terminated" ? Number.POSITIVE_INFINITY : REACH_MS);
    const life = this.#life;
    const reached = await waitUntil(
      () => {
        if (life.hasReached(state) && (!life.isOver || state === "terminated" || state === "terminating"))
          return life.status;
        if (life.isOver) throw new CallEndedError(this.id, life.status.resultInfo);
        signal?.throwIfAborted();
        if (closing.aborted) throw new DtmfError("closed", "the bot is closed");
        return undefined;
      },
      { clock, watch: [life.watch, aborts(signal), aborts(closing)], untilMs: clock.now() + limitMs },
    );
    if (reached) return reached;
    throw new DtmfError(
      "timed_out",
      `expected the call to be ${state} within ${limitMs} ms, it is ${life.status.state ?? "unheard of"}`,
    );
  }

  /**
   * Accepts an incoming call, which Graph waits 15 s for. It is established when a notification says so.
   *
   * @param request `callbackUri`: where Graph posts its notifications from now on; default the bot's.
   * @throws DtmfError `answer_too_late` once the 15 s are over.
   */
  async answer(
    { callbackUri = this.#tools.callbackUri ?? "" }: { callbackUri?: string } = {},
    options: Omit<RequestOptions, "tenantId"> = {},
  ): Promise<void> {
    await this.#tools.dtmf.calls.answer(this.id, { callbackUri }, this.#inTime(options));
  }

  /** Turns an incoming call away. @throws DtmfError `answer_too_late` once the 15 s are over. */
  async reject(request?: RejectCallRequest, options: Omit<RequestOptions, "tenantId"> = {}): Promise<void> {
    await this.#tools.dtmf.calls.reject(this.id, request, this.#inTime(options));
  }

  /** Ends the call for the bot. A call that is over already is no error. */
  async hangUp(options?: Omit<RequestOptions, "tenantId">): Promise<void> {
    await this.#tools.dtmf.calls.hangUp(this.id, this.#ours(options));
  }

  /** Presses keys, at most once: `sendDtmfTones` of the client. */
  async sendTones(
    tones: TonesInput,
    { delayBetweenTonesMs, clientContext, ...options }: SendTonesOptions = {},
  ): Promise<SentOperation<SendDtmfTonesOperation>> {
    await this.#media.prompted();
    const request = {
      tones,
      ...(delayBetweenTonesMs !== undefined && { delayBetweenTonesMs }),
      ...(clientContext !== undefined && { clientContext }),
    };
    return this.#tools.dtmf.sendDtmfTones(this.id, request, this.#ours(options));
  }

  /**
   * Dials keys and pauses: each operation is awaited, and no other tones or prompts of the call come in between. What
   * dialing ends with is always a value, with counts of what was played; aborting stops what plays.
   *
   * @throws InvalidTonesError, InvalidRequestError before anything is sent.
   * @example
   * const { outcome } = await call.dial("1,,4711#"); // key 1, 4 seconds, a PIN
   */
  async dial(
    input: DialInput,
    { signal, ...options }: DialPlanOptions & { signal?: AbortSignal } = {},
  ): Promise<DialResult> {
    const plan = planDial(input, options);
    const { dtmf, clock, closing } = this.#tools;
    await this.#media.prompted();
    const linked = linkSignals(signal, closing);
    try {
      return await dial(plan, {
        callId: this.id,
        tenantId: this.tenantId,
        life: this.#life,
        dtmf,
        clock,
        signal: linked.signal,
        cancel: () => this.#media.cancel(),
      });
    } finally {
      linked.unlink();
    }
  }

  /** Plays 1 to 20 WAV files: `playPrompt` of the client. */
  async playPrompt(
    prompts: readonly Prompt[],
    options?: Omit<RequestOptions, "tenantId">,
  ): Promise<SentOperation<PlayPromptOperation>> {
    await this.#media.prompted();
    return this.#tools.dtmf.playPrompt(this.id, { prompts }, this.#ours(options));
  }

  /** Stops what is played in the call and what waits to be. That it stops tones too is our assumption. */
  async cancelMediaProcessing(
    options?: Omit<RequestOptions, "tenantId">,
  ): Promise<SentOperation<CancelMediaProcessingOperation>> {
    return this.#tools.dtmf.cancelMediaProcessing(this.id, {}, this.#ours(options));
  }

  /**
   * The keys that are pressed from now on, as `receiver.tones` gives them. Subscribes to them, once a call; where Graph
   * refuses that, reading rejects.
   */
  tones(options?: { signal?: AbortSignal }): AsyncIterableIterator<HeardTone, undefined> {
    const tones = this.#tools.receiver.tones(this.id, options);
    const subscribed = this.#media.subscribe();
    // Whoever reads is told.
    subscribed.catch(() => tones.return?.());
    return {
      next: () => subscribed.then(() => tones.next()),
      return: async () => (await tones.return?.()) ?? { done: true, value: undefined },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /**
   * Collects keys: a PIN, or a choice. Keys that were pressed since the last collect, or since the first in the call, are
   * part of it: a collect that ends by its time leaves what comes then to the next.
   *
   * It always ends with a value.
   *
   * @throws InvalidRequestError, InvalidTonesError; what Graph refuses a subscription or prompt with.
   * @example
   * const { digits, endedBy } = await call.collect({ maxDigits: 4, prompts: [{ uri }], maxAttempts: 3 });
   */
  async collect(options: CollectOptions): Promise<Collected> {
    const rules = readCollectRules(options);
    if (this.#isCollecting) throw new DtmfError("invalid_request", "a collect of this call has not ended yet");
    const { clock, closing } = this.#tools;
    this.#inbox ??= new KeyInbox(this.#tools.receiver.tones(this.id, { signal: closing }));
    const linked = linkSignals(options.signal, closing);
    this.#isCollecting = true;
    try {
      return await collect(rules, {
        inbox: this.#inbox,
        clock,
        signal: linked.signal,
        subscribe: () => this.#media.subscribe(),
        play: (prompts, changed) => this.#media.play(prompts, changed),
      });
    } finally {
      this.#isCollecting = false;
      linked.unlink();
    }
  }

  /**
   * Tells Graph every 15 minutes or a little earlier that the bot lives, until the call ends: a call without that is
   * dropped after 45. What fails is reported to `onError`, and tried again the next time. It keeps no process alive.
   *
   * Where instances share a store that has leases, such as the one of `@graph-dtmf/redis`, one of them does so at a time:
   * this one, and once it is gone any other.
   *
   * @returns what stops it, on whatever instance, unless it was asked for here again meanwhile.
   */
  keepAlive(): () => void {
    const { kept } = this.#tools;
    kept.keep(this.id, this.#life);
    const stop = (): void => {
      if (this.#stopKeepingAlive !== stop) return;
      this.#stopKeepingAlive = undefined;
      if (!this.#life.isOver) kept.stop(this.id, this.#life);
    };
    this.#stopKeepingAlive = stop;
    return stop;
  }

  #ours(options: Omit<RequestOptions, "tenantId"> = {}): RequestOptions {
    return { ...options, ...(this.tenantId !== undefined && { tenantId: this.tenantId }) };
  }

  #inTime(options: Omit<RequestOptions, "tenantId">): RequestOptions {
    const { incomingAtMs } = this.#life;
    const leftMs = (incomingAtMs ?? Number.POSITIVE_INFINITY) + ANSWER_WITHIN_MS - this.#tools.clock.now();
    if (leftMs <= 0)
      throw new DtmfError("answer_too_late", "expected an answer within 15 s: Graph has dropped the call");
    const timeoutMs = Math.min(options.timeoutMs ?? ANSWER_WITHIN_MS, leftMs);
    return this.#ours({ ...options, timeoutMs });
  }
}
