import { type CallState, normalizeId, type ResultInfo, type Tone } from "@graph-dtmf/models";
import {
  createCallEndNotification,
  createIncomingNotification,
  createOperationEndNotification,
  createStateNotification,
  createToneNotification,
} from "../callbacks/notification-body.ts";
import type { Outbox } from "../callbacks/outbox.ts";
import { type CallProperties, toCallResource } from "../schema/call-resource.ts";
import type { OperationResource } from "../schema/operation-resource.ts";
import type { ScaledClock } from "../schema/scaled-clock.ts";
import type { PickUp } from "./far-end.ts";
import { MediaQueue } from "./media-queue.ts";

/** How long a call rings that nobody picks up. */
const RINGS_AT_MOST_MS = 60_000;
/** How long it takes until a call that the bot answered is established. */
const CONNECTS_MS = 100;
/** A bot must answer or reject within this time. The service's limits go by the clock, whatever the speed. */
const ANSWER_WITHIN_MS = 15_000;
/** A bot must say that it is alive at least this often. */
const KEEP_ALIVE_WITHIN_MS = 45 * 60_000;

/** What a call lives in. */
export interface CallContext {
  clock: ScaledClock;
  outbox: Outbox;
  /** Who is at the other end of this call. */
  farEnd(call: CallSession): BoundFarEnd;
}

/** A far end that knows its call. */
export interface BoundFarEnd {
  picksUp: PickUp;
  established(): void;
  heard(tone: Tone): void;
}

/** One call, from its first ring to its end. */
export class CallSession {
  readonly id: string;
  readonly clock: ScaledClock;
  readonly outbox: Outbox;
  /** What the bot plays. */
  readonly media: MediaQueue = new MediaQueue();
  /** What the far end presses. */
  readonly keys: MediaQueue = new MediaQueue();
  /** The tones that the far end has heard, in order. */
  readonly heard: Tone[] = [];
  readonly #operations = new Map<string, OperationResource>();
  readonly #farEnd: BoundFarEnd;
  #properties: CallProperties;
  #state: CallState;
  /** The number of the last tone that was told to the bot; undefined while it has not asked for tones. */
  #lastTone: number | undefined;
  #stopWaiting: () => void = () => {};
  #stopKeepAlive: () => void = () => {};

  constructor(properties: CallProperties, { clock, outbox, farEnd }: CallContext) {
    this.id = properties.id;
    this.clock = clock;
    this.outbox = outbox;
    this.#properties = properties;
    this.#state = properties.direction === "incoming" ? "incoming" : "establishing";
    this.#farEnd = farEnd(this);
  }

  get state(): CallState {
    return this.#state;
  }

  get isOver(): boolean {
    return this.#state === "terminated";
  }

  /** Who is called. */
  get targets(): CallProperties["targets"] {
    return this.#properties.targets;
  }

  /** Whether the service plays and listens for the bot, which else does that itself. */
  get isServiceHosted(): boolean {
    return /serviceHostedMediaConfig$/.test(String(this.#properties.mediaConfig?.["@odata.type"]));
  }

  /** The call as a request sees it. */
  resource(context: string): Record<string, unknown> {
    return toCallResource(this.#properties, this.#state, context);
  }

  /** Rings at the far end, until it picks up. */
  ring(): void {
    const { picksUp } = this.#farEnd;
    this.keepAlive();
    this.outbox.post(createStateNotification(this.#properties, "establishing"));
    if (picksUp === "busy") this.#endAfter(0, { code: 486, subcode: 0, message: "The called party is busy." });
    else if (picksUp === "never") {
      this.#endAfter(RINGS_AT_MOST_MS, { code: 408, subcode: 13025, message: "The call was not picked up in time." });
    } else this.#establishAfter(picksUp.afterMs);
  }

  /** Rings at the bot, until it answers or rejects. */
  startIncoming(): void {
    this.outbox.post(createIncomingNotification(this.#properties));
    this.#endAfter(ANSWER_WITHIN_MS, { code: 408, subcode: 10057, message: "The call was not answered in time." });
  }

  /** The bot has answered. */
  answer(given: Pick<CallProperties, "callbackUri" | "mediaConfig" | "requestedModalities">): void {
    this.#stopWaiting();
    this.#properties = { ...this.#properties, ...given };
    this.outbox.redirect(given.callbackUri);
    this.#state = "establishing";
    this.keepAlive();
    this.outbox.post(createStateNotification(this.#properties, "establishing"));
    this.#establishAfter(CONNECTS_MS);
  }

  /** The bot is alive: the call goes on. */
  keepAlive(): void {
    this.#stopKeepAlive();
    this.#stopKeepAlive = this.clock.schedule(this.clock.now() + KEEP_ALIVE_WITHIN_MS, () =>
      this.end({ code: 408, subcode: 8537, message: "The call was dropped: no keepAlive was received in time." }),
    );
  }

  /** The far end has heard a tone to its end. */
  hear(tone: Tone): void {
    this.heard.push(tone);
    this.#farEnd.heard(tone);
  }

  /** The bot wants to be told of keys; it counts them from 1 anew. */
  listenForTones(): void {
    this.#lastTone = 0;
  }

  /** The far end has pressed a key. */
  tonePressed(tone: Tone): void {
    if (this.#lastTone === undefined) return;
    this.#lastTone += 1;
    this.outbox.post(createToneNotification(this.#properties, { sequenceId: this.#lastTone, tone }));
  }

  operation(id: string): OperationResource | undefined {
    return this.#operations.get(normalizeId(id));
  }

  /** Remembers how an operation stands. */
  keep(operation: OperationResource): OperationResource {
    this.#operations.set(operation.id, operation);
    return operation;
  }

  /** An operation is over, and the bot is told. */
  finish(operation: OperationResource): void {
    this.outbox.post(createOperationEndNotification(this.#properties, this.keep(operation)));
  }

  /** The bot asked for the end. */
  hangUpByBot(): void {
    if (this.isOver) return;
    this.outbox.post(createStateNotification(this.#properties, "terminating"));
    this.end({ code: 200, subcode: 7000, message: "The call was ended by the bot." });
  }

  /** The call is over. What still ran or waited ends without a word, as it does in Graph. */
  end(resultInfo: ResultInfo): void {
    if (this.isOver) return;
    this.#stopTimers();
    this.#state = "terminated";
    this.outbox.post(createCallEndNotification(this.#properties, resultInfo));
  }

  /** As if the call had never been: nothing more happens in it, and nobody is told. */
  forget(): void {
    this.#stopTimers();
    // Whoever still holds the far end of it can do nothing with it.
    this.#state = "terminated";
    this.outbox.discard();
  }

  /** Of the call's own time. */
  #establishAfter(ms: number): void {
    this.#stopWaiting = this.clock.schedule(this.clock.now() + this.clock.scale(ms), () => {
      this.#state = "established";
      this.outbox.post(createStateNotification(this.#properties, "established"));
      this.#farEnd.established();
    });
  }

  /** Of the service's time. */
  #endAfter(ms: number, resultInfo: ResultInfo): void {
    this.#stopWaiting = this.clock.schedule(this.clock.now() + ms, () => this.end(resultInfo));
  }

  #stopTimers(): void {
    this.#stopWaiting();
    this.#stopKeepAlive();
    this.media.clear();
    this.keys.clear();
    this.#operations.clear();
  }
}
