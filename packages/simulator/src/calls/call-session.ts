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

/** How long a call rings if the far end does not pick up. */
const RING_TIMEOUT_MS = 60_000;
/** How long it takes until a call is established that the bot answered. */
const CONNECT_MS = 100;
/** A bot must answer or reject within this time. Limits of the service do not depend on `speed`. */
const ANSWER_TIMEOUT_MS = 15_000;
/** A bot must send keepAlive at least this often. */
const KEEP_ALIVE_TIMEOUT_MS = 45 * 60_000;

/** What a call needs. */
interface CallContext {
  clock: ScaledClock;
  outbox: Outbox;
  /** Creates the far end of this call. */
  farEnd(call: CallSession): BoundFarEnd;
}

/** The far end of one call. */
export interface BoundFarEnd {
  picksUp: PickUp;
  established(): void;
  heard(tone: Tone): void;
}

/** One call, from ringing to its end. */
export class CallSession {
  readonly id: string;
  readonly clock: ScaledClock;
  readonly outbox: Outbox;
  /** What the bot plays. */
  readonly media: MediaQueue = new MediaQueue();
  /** What the far end presses. */
  readonly keys: MediaQueue = new MediaQueue();
  /** The tones that the far end has received, in order. */
  readonly heard: Tone[] = [];
  readonly #operations = new Map<string, OperationResource>();
  readonly #farEnd: BoundFarEnd;
  #properties: CallProperties;
  #state: CallState;
  /** The number of the last key that was reported to the bot; undefined before a subscription. */
  #lastSequenceId: number | undefined;
  #stopStateTimer: () => void = () => {};
  #stopKeepAliveTimer: () => void = () => {};

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

  get isEnded(): boolean {
    return this.#state === "terminated";
  }

  /** The called parties. */
  get targets(): CallProperties["targets"] {
    return this.#properties.targets;
  }

  /**
   * Whether the service plays media and detects tones for the bot. With application-hosted media the bot does that
   * itself.
   */
  get isServiceHosted(): boolean {
    return /serviceHostedMediaConfig$/.test(String(this.#properties.mediaConfig?.["@odata.type"]));
  }

  /** The call as a Graph resource. */
  resource(context: string): Record<string, unknown> {
    return toCallResource(this.#properties, this.#state, context);
  }

  /** Rings at the far end until it picks up. */
  ring(): void {
    const { picksUp } = this.#farEnd;
    this.keepAlive();
    this.outbox.post(createStateNotification(this.#properties, "establishing"));
    if (picksUp === "busy") this.#endAfter(0, { code: 486, subcode: 0, message: "The called party is busy." });
    else if (picksUp === "never") {
      this.#endAfter(RING_TIMEOUT_MS, { code: 408, subcode: 13025, message: "The call was not picked up in time." });
    } else this.#establishAfter(picksUp.afterMs);
  }

  /** Rings at the bot until it answers or rejects. */
  startIncoming(): void {
    this.outbox.post(createIncomingNotification(this.#properties));
    this.#endAfter(ANSWER_TIMEOUT_MS, { code: 408, subcode: 10057, message: "The call was not answered in time." });
  }

  /** Accepts the incoming call. */
  answer(accepted: Pick<CallProperties, "callbackUri" | "mediaConfig" | "requestedModalities">): void {
    this.#stopStateTimer();
    this.#properties = { ...this.#properties, ...accepted };
    this.outbox.redirect(accepted.callbackUri);
    this.#state = "establishing";
    this.keepAlive();
    this.outbox.post(createStateNotification(this.#properties, "establishing"));
    this.#establishAfter(CONNECT_MS);
  }

  /** Restarts the keepAlive limit. */
  keepAlive(): void {
    this.#stopKeepAliveTimer();
    this.#stopKeepAliveTimer = this.clock.schedule(this.clock.now() + KEEP_ALIVE_TIMEOUT_MS, () =>
      this.end({ code: 408, subcode: 8537, message: "The call was dropped: no keepAlive was received in time." }),
    );
  }

  /** Gives the far end a tone that has ended. */
  receiveTone(tone: Tone): void {
    this.heard.push(tone);
    this.#farEnd.heard(tone);
  }

  /** Subscribes the bot to keys, which are numbered from 1 again. */
  subscribeToTones(): void {
    this.#lastSequenceId = 0;
  }

  /** Reports a key that the far end pressed. */
  pressTone(tone: Tone): void {
    if (this.#lastSequenceId === undefined) return;
    this.#lastSequenceId += 1;
    this.outbox.post(createToneNotification(this.#properties, { sequenceId: this.#lastSequenceId, tone }));
  }

  operation(id: string): OperationResource | undefined {
    return this.#operations.get(normalizeId(id));
  }

  /** Stores the state of an operation. */
  store(operation: OperationResource): OperationResource {
    this.#operations.set(operation.id, operation);
    return operation;
  }

  /** Stores the end of an operation and notifies the bot. */
  finish(operation: OperationResource): void {
    this.outbox.post(createOperationEndNotification(this.#properties, this.store(operation)));
  }

  /** Ends the call on request of the bot. */
  hangUpByBot(): void {
    if (this.isEnded) return;
    this.outbox.post(createStateNotification(this.#properties, "terminating"));
    this.end({ code: 200, subcode: 7000, message: "The call was ended by the bot." });
  }

  /** Ends the call. Running and queued operations end without a notification, as in Graph. */
  end(resultInfo: ResultInfo): void {
    if (this.isEnded) return;
    this.#stopTimers();
    this.#state = "terminated";
    this.outbox.post(createCallEndNotification(this.#properties, resultInfo));
  }

  /** Discards the call without any notification. */
  discard(): void {
    this.#stopTimers();
    // A reference to the far end may still exist; in this state it can do nothing.
    this.#state = "terminated";
    this.outbox.discard();
  }

  /** In the call's time, which `speed` divides. */
  #establishAfter(ms: number): void {
    this.#stopStateTimer = this.clock.schedule(this.clock.now() + this.clock.scale(ms), () => {
      this.#state = "established";
      this.outbox.post(createStateNotification(this.#properties, "established"));
      this.#farEnd.established();
    });
  }

  /** In the service's time, which does not depend on `speed`. */
  #endAfter(ms: number, resultInfo: ResultInfo): void {
    this.#stopStateTimer = this.clock.schedule(this.clock.now() + ms, () => this.end(resultInfo));
  }

  #stopTimers(): void {
    this.#stopStateTimer();
    this.#stopKeepAliveTimer();
    this.media.clear();
    this.keys.clear();
    this.#operations.clear();
  }
}
