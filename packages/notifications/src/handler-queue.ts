import type { Notification } from "./notification.ts";

/** How many notifications of one call may wait for its handlers. */
export const MAX_WAITING = 1000;

/** What a queue calls. None of it throws. */
export interface HandlerQueueEvents {
  run(notification: Notification): Promise<unknown>;
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
  /** The one behind it in its queue. */
  next: Place | undefined;
  readonly #decided: (place: Place) => void;
  #state: "undecided" | "ready" | "left" = "undecided";
  #finish = (): void => {};

  constructor(notification: Notification, decided: (place: Place) => void) {
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
    this.#decided(this);
  }
}

/**
 * Handles the notifications of one call in order of arrival, one at a time.
 *
 * The places are a chain, because a batch may hold 300,000 of them, and an array of so many moves at every `shift`.
 */
export class HandlerQueue {
  readonly #events: HandlerQueueEvents;
  readonly #idle: () => void;
  #first: Place | undefined;
  #last: Place | undefined;
  /** Those that wait and are to be handled. */
  #ready = 0;
  #isRunning = false;

  /** Calls `idle` whenever nothing waits and nothing runs any more. */
  constructor(events: HandlerQueueEvents, idle: () => void) {
    this.#events = events;
    this.#idle = idle;
  }

  get isIdle(): boolean {
    return !this.#isRunning && this.#first === undefined;
  }

  /** Takes the next place. The newest are kept, since the last of them may say that the call has ended. */
  reserve(notification: Notification): Place {
    // Only what was answered for counts: one large batch may exceed the limit, but the next one finds it again.
    while (this.#ready >= MAX_WAITING && this.#first?.isDecided) this.#drop(this.#first);
    const place = new Place(notification, this.#decided);
    if (this.#last) this.#last.next = place;
    else this.#first = place;
    this.#last = place;
    return place;
  }

  readonly #decided = (place: Place): void => {
    if (place.isReady) this.#ready++;
    void this.#advance();
  };

  #drop(place: Place): void {
    this.#unlink(place);
    place.finish();
    if (place.isReady) this.#events.dropped(place.notification);
  }

  /** Takes off the first place. */
  #unlink(first: Place): void {
    this.#first = first.next;
    if (!this.#first) this.#last = undefined;
    if (first.isReady) this.#ready--;
  }

  async #advance(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let next = this.#first; next?.isDecided; next = this.#first) {
      this.#unlink(next);
      if (next.isReady) await this.#events.run(next.notification);
      next.finish();
    }
    this.#isRunning = false;
    if (this.isIdle) this.#idle();
  }
}
