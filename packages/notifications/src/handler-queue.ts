import type { Notification } from "./notification.ts";

/** How many notifications of one call may wait for its handlers. */
export const MAX_WAITING = 1000;

/** What a queue calls. None of it throws. */
export interface HandlerQueueEvents {
  run(notification: Notification): Promise<void>;
  /** Too many were waiting: this one, the oldest of them, will not be handled. */
  dropped(notification: Notification): void;
}

/**
 * A notification's place in the queue of its call, taken on arrival, before it is known whether it will be handled.
 * `proceed` and `leave` decide that, once.
 */
export class Place {
  readonly notification: Notification;
  /** Resolves when it was handled, or left, or was dropped. Never rejects. */
  readonly done: Promise<void>;
  readonly #decided: () => void;
  #state: "undecided" | "ready" | "left" = "undecided";
  #finish = (): void => {};

  constructor(notification: Notification, decided: () => void) {
    this.notification = notification;
    this.#decided = decided;
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  get isDecided(): boolean {
    return this.#state !== "undecided";
  }

  get isReady(): boolean {
    return this.#state === "ready";
  }

  /** It is to be handled, when its turn comes. */
  proceed(): void {
    this.#decide("ready");
  }

  /** It is not: those behind it need not wait. */
  leave(): void {
    this.#decide("left");
  }

  finish(): void {
    this.#finish();
  }

  #decide(state: "ready" | "left"): void {
    if (this.isDecided) return;
    this.#state = state;
    this.#decided();
  }
}

/** Handles the notifications of one call in order of arrival, one at a time. */
export class HandlerQueue {
  readonly #events: HandlerQueueEvents;
  readonly #idle: () => void;
  readonly #waiting: Place[] = [];
  readonly #decided = (): void => void this.#advance();
  #isRunning = false;

  /** Calls `idle` whenever nothing waits and nothing runs any more. */
  constructor(events: HandlerQueueEvents, idle: () => void) {
    this.#events = events;
    this.#idle = idle;
  }

  get isIdle(): boolean {
    return !this.#isRunning && this.#waiting.length === 0;
  }

  /** Takes the next place. The newest are kept, since the last of them may say that the call has ended. */
  reserve(notification: Notification): Place {
    while (this.#waiting.length >= MAX_WAITING && this.#dropOldest());
    const place = new Place(notification, this.#decided);
    this.#waiting.push(place);
    return place;
  }

  /** Only what was answered for is dropped: one large batch may exceed the limit, but the next one finds it again. */
  #dropOldest(): boolean {
    const index = this.#waiting.findIndex((place) => place.isReady);
    const [oldest] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (!oldest) return false;
    oldest.finish();
    this.#events.dropped(oldest.notification);
    return true;
  }

  async #advance(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let next = this.#waiting[0]; next?.isDecided; next = this.#waiting[0]) {
      this.#waiting.shift();
      if (next.isReady) await this.#events.run(next.notification);
      next.finish();
    }
    this.#isRunning = false;
    if (this.isIdle) this.#idle();
  }
}
