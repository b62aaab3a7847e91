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
import type { NotificationReceiver, ToneIterator } from "@graph-dtmf/notifications";
import { anySignal } from "./any-signal.ts";
import type { BotCall, CallRequestOptions, SendTonesOptions, WaitForOptions } from "./bot-call.ts";
import { CallMedia } from "./call-media.ts";
import type { CallProgress, CallStatus } from "./call-progress.ts";
import { type Collected, collect } from "./collect.ts";
import { type CollectOptions, parseCollectOptions } from "./collect-options.ts";
import { type DialResult, dial } from "./dial.ts";
import { type DialInput, type DialPlanOptions, planDial } from "./dial-plan.ts";
import { CallEndedError, isCallNotFound } from "./errors.ts";
import type { KeepAliveScheduler } from "./keep-alive-scheduler.ts";
import { ToneQueue } from "./tone-queue.ts";
import { onAborted, waitUntil } from "./wait-until.ts";

/** What all calls of one bot share. */
export interface CallDependencies {
  dtmf: DtmfClient;
  receiver: Pick<NotificationReceiver, "tones">;
  clock: Clock;
  /** Aborted when the bot is closed. */
  closing: AbortSignal;
  callbackUri: string | undefined;
  keepAlives: Pick<KeepAliveScheduler, "start" | "stop">;
  onError(error: unknown, about: { callId: string }): void;
}

/** Default timeout of `waitFor`. Waiting for the end of a call has none, because calls may last for hours. */
const STATE_TIMEOUT_MS = 120_000;
/** Graph drops an incoming call after this time. @see Graph v1.0, call: answer */
const ANSWER_TIMEOUT_MS = 15_000;

/** The implementation of {@link BotCall}. */
export class CallHandle implements BotCall {
  readonly id: string;
  readonly #dependencies: CallDependencies;
  readonly #progress: CallProgress;
  readonly #media: CallMedia;
  #toneQueue: ToneQueue | undefined;
  #isCollecting = false;
  #stopKeepingAlive: (() => void) | undefined;

  constructor(id: string, progress: CallProgress, dependencies: CallDependencies) {
    this.id = id;
    this.#progress = progress;
    this.#dependencies = dependencies;
    this.#media = new CallMedia({
      callId: id,
      dtmf: dependencies.dtmf,
      requestOptions: () => this.#withTenant(),
      onError(error) {
        // Nothing plays after the end of the call or of the bot.
        if (!isCallNotFound(error) && !dependencies.closing.aborted) dependencies.onError(error, { callId: id });
      },
    });
  }

  get status(): CallStatus {
    return this.#progress.status;
  }

  get tenantId(): string | undefined {
    return this.#progress.tenantId;
  }

  async waitFor(state: CallState, { timeoutMs, signal }: WaitForOptions = {}): Promise<CallStatus> {
    const { clock, closing } = this.#dependencies;
    const limitMs = timeoutMs ?? (state === "terminated" ? Number.POSITIVE_INFINITY : STATE_TIMEOUT_MS);
    const progress = this.#progress;
    const reached = await waitUntil(
      () => {
        if (progress.hasReached(state) && (!progress.isEnded || state === "terminated" || state === "terminating"))
          return progress.status;
        if (progress.isEnded) throw new CallEndedError(this.id, progress.status.resultInfo);
        signal?.throwIfAborted();
        if (closing.aborted) throw new DtmfError("closed", "the bot is closed");
        return undefined;
      },
      { clock, sources: [progress.subscribe, onAborted(signal), onAborted(closing)], untilMs: clock.now() + limitMs },
    );
    if (reached) return reached;
    throw new DtmfError(
      "timed_out",
      `expected the state ${state} within ${limitMs} ms, the latest reported state is ${progress.status.state ?? "none"}`,
    );
  }

  async answer(
    { callbackUri = this.#dependencies.callbackUri ?? "" }: { callbackUri?: string } = {},
    options: CallRequestOptions = {},
  ): Promise<void> {
    await this.#dependencies.dtmf.calls.answer(this.id, { callbackUri }, this.#withAnswerTimeout(options));
  }

  async reject(request?: RejectCallRequest, options: CallRequestOptions = {}): Promise<void> {
    await this.#dependencies.dtmf.calls.reject(this.id, request, this.#withAnswerTimeout(options));
  }

  async hangUp(options?: CallRequestOptions): Promise<void> {
    await this.#dependencies.dtmf.calls.hangUp(this.id, this.#withTenant(options));
  }

  async sendTones(
    tones: TonesInput,
    { delayBetweenTonesMs, clientContext, ...options }: SendTonesOptions = {},
  ): Promise<SentOperation<SendDtmfTonesOperation>> {
    await this.#media.waitForPromptEnd();
    const request = {
      tones,
      ...(delayBetweenTonesMs !== undefined && { delayBetweenTonesMs }),
      ...(clientContext !== undefined && { clientContext }),
    };
    return this.#dependencies.dtmf.sendDtmfTones(this.id, request, this.#withTenant(options));
  }

  async dial(
    input: DialInput,
    { signal, ...options }: DialPlanOptions & { signal?: AbortSignal } = {},
  ): Promise<DialResult> {
    const plan = planDial(input, options);
    const { dtmf, clock, closing } = this.#dependencies;
    await this.#media.waitForPromptEnd();
    const combined = anySignal(signal, closing);
    try {
      return await dial(plan, {
        callId: this.id,
        tenantId: this.tenantId,
        progress: this.#progress,
        dtmf,
        clock,
        signal: combined.signal,
        cancel: () => this.#media.cancel(),
      });
    } finally {
      combined.release();
    }
  }

  async playPrompt(
    prompts: readonly Prompt[],
    options?: CallRequestOptions,
  ): Promise<SentOperation<PlayPromptOperation>> {
    await this.#media.waitForPromptEnd();
    return this.#dependencies.dtmf.playPrompt(this.id, { prompts }, this.#withTenant(options));
  }

  async cancelMediaProcessing(options?: CallRequestOptions): Promise<SentOperation<CancelMediaProcessingOperation>> {
    return this.#dependencies.dtmf.cancelMediaProcessing(this.id, {}, this.#withTenant(options));
  }

  tones(options?: { signal?: AbortSignal }): ToneIterator {
    const tones = this.#dependencies.receiver.tones(this.id, options);
    const subscribed = this.#media.subscribe();
    // Reading the stream rejects with the same error.
    subscribed.catch(() => tones.return?.());
    return {
      next: () => subscribed.then(() => tones.next()),
      return: async () => (await tones.return?.()) ?? { done: true, value: undefined },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async collect(options: CollectOptions): Promise<Collected> {
    const settings = parseCollectOptions(options);
    if (this.#isCollecting) throw new DtmfError("invalid_request", "a collect of this call has not ended yet");
    const { clock, closing } = this.#dependencies;
    this.#toneQueue ??= new ToneQueue(this.#dependencies.receiver.tones(this.id, { signal: closing }));
    const combined = anySignal(options.signal, closing);
    this.#isCollecting = true;
    try {
      return await collect(settings, {
        toneQueue: this.#toneQueue,
        clock,
        signal: combined.signal,
        subscribe: () => this.#media.subscribe(),
        play: (prompts, onChange) => this.#media.play(prompts, onChange),
      });
    } finally {
      this.#isCollecting = false;
      combined.release();
    }
  }

  keepAlive(): () => void {
    const { keepAlives } = this.#dependencies;
    keepAlives.start(this.id, this.#progress);
    const stop = (): void => {
      if (this.#stopKeepingAlive !== stop) return;
      this.#stopKeepingAlive = undefined;
      if (!this.#progress.isEnded) keepAlives.stop(this.id, this.#progress);
    };
    this.#stopKeepingAlive = stop;
    return stop;
  }

  #withTenant(options: CallRequestOptions = {}): RequestOptions {
    return { ...options, ...(this.tenantId !== undefined && { tenantId: this.tenantId }) };
  }

  #withAnswerTimeout(options: CallRequestOptions): RequestOptions {
    const { incomingAtMs } = this.#progress;
    const remainingMs = (incomingAtMs ?? Number.POSITIVE_INFINITY) + ANSWER_TIMEOUT_MS - this.#dependencies.clock.now();
    if (remainingMs <= 0)
      throw new DtmfError("answer_too_late", "expected an answer within 15 s: Graph has dropped the call");
    const timeoutMs = Math.min(options.timeoutMs ?? ANSWER_TIMEOUT_MS, remainingMs);
    return this.#withTenant({ ...options, timeoutMs });
  }
}
