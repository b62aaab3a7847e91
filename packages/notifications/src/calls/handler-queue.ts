import type { Notification } from "../parsing/notification.ts";

/** How many notifications of one call may wait for its handlers. */
export const MAX_WAITING = 1000;

/** What queues call. None of it throws. */
export interface HandlerQueueEvents<Owner> {
  /** Returns a promise only if there is something to wait for. It never rejects. */
  run(notification: Notification): unknown;
  /** Too many were waiting: this one, the oldest of them, will not be handled. */
  dropped(notification: Notification): void;
  /** Nothing waits and nothing runs any more in the queue of this owner. */
  idle(owner: Owner): void;
}

/** Who has taken a place. */
export interface PlaceHolder {
  /** Resolves when all the places that it has taken are done. Never rejects. */
  readonly done: Promise<void>;
  /** It was handled, or left, or was dropped. */
  placeDone(): void;
}

/**
 * A notification's place in the queue of its call, taken on arrival, before it is known whether it will be handled.
 * `proceed` and `leave` decide that, once.
 */
export class Place {
  readonly notification: Notification;
  readonly holder: PlaceHolder;
  /** The one behind it in its queue. */
  next: Place | undefined;
  readonly #queue: HandlerQueue<unknown>;
  #state: "undecided" | "ready" | "left" = "undecided";

  constructor(notification: Notification, holder: PlaceHolder, queue: HandlerQueue<unknown>) {
    this.notification = notification;
    this.holder = holder;
    this.#queue = queue;
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

  #decide(state: "ready" | "left"): void {
    if (this.isDecided) return;
    this.#state = state;
    this.#queue.decided(this);
  }
}

/**
 * Handles the notifications of one call in order of arrival, one at a time.
 *
 * The places are a chain, because a batch may hold 300,000 of them, and an array of so many moves at every `shift`.
 */
export class HandlerQueue<Owner> {
  readonly #owner: Owner;
  readonly #events: HandlerQueueEvents<Owner>;
  #first: Place | undefined;
  #last: Place | undefined;
  /** Those that wait and are to be handled. */
  #ready = 0;
  /** Whose notification is being handled. */
  #running: PlaceHolder | undefined;

  constructor(owner: Owner, events: HandlerQueueEvents<Owner>) {
    this.#owner = owner;
    this.#events = events;
  }

  get isIdle(): boolean {
    return this.#running === undefined && this.#first === undefined;
  }

  /** Who has places that are not done, once for each. */
  *holders(): Iterable<PlaceHolder> {
    if (this.#running) yield this.#running;
    for (let place = this.#first; place; place = place.next) yield place.holder;
  }

  /** Takes the next place. The newest are kept, since the last of them may say that the call has ended. */
  reserve(notification: Notification, holder: PlaceHolder): Place {
    // Only what was answered for counts: one large batch may exceed the limit, but the next one finds it again.
    while (this.#ready >= MAX_WAITING && this.#first?.isDecided) this.#drop(this.#first);
    const place = new Place(notification, holder, this);
    if (this.#last) this.#last.next = place;
    else this.#first = place;
    this.#last = place;
    return place;
  }

  /** One of its places calls it. */
  decided(place: Place): void {
    if (place.isReady) this.#ready++;
    this.#advance();
  }

  #drop(place: Place): void {
    this.#unlink(place);
    place.holder.placeDone();
    if (place.isReady) this.#events.dropped(place.notification);
  }

  /** Takes off the first place. */
  #unlink(first: Place): void {
    this.#first = first.next;
    if (!this.#first) this.#last = undefined;
    if (first.isReady) this.#ready--;
  }

  /** Handles whatever is decided, at once for as long as there is nothing to wait for. */
  #advance(): void {
    if (this.#running) return;
    for (let next = this.#first; next?.isDecided; next = this.#first) {
      const { holder } = next;
      this.#running = holder;
      this.#unlink(next);
      const handling = next.isReady ? this.#events.run(next.notification) : undefined;
      if (handling instanceof Promise) {
        void handling.then(() => this.#goOn(holder));
        return;
      }
      holder.placeDone();
    }
    this.#running = undefined;
    if (this.isIdle) this.#events.idle(this.#owner);
  }

  #goOn(holder: PlaceHolder): void {
    holder.placeDone();
    this.#running = undefined;
    this.#advance();
  }
}
