import type { Notification } from "../parsing/notification.ts";

/** The maximum number of notifications of one call that wait for its handlers. */
export const MAX_WAITING = 1000;

/** The callbacks of a queue. They must not throw. */
export interface HandlerQueueEvents<Owner> {
  /** Runs the handlers. Returns a promise, which must not reject, only if there is something to wait for. */
  run(notification: Notification): unknown;
  /** Called with the oldest notification when too many are waiting. It is not handled. */
  onDropped(notification: Notification): void;
  /** Called when nothing waits and nothing runs any more. */
  onIdle(owner: Owner): void;
}

/** The owner of slots: the batch of one request. */
export interface SlotOwner {
  /** Resolves when all its slots are done. Never rejects. */
  readonly done: Promise<void>;
  /** Called when a slot was handled, skipped or dropped. */
  slotDone(): void;
}

/**
 * A notification's slot in the queue of its call. It is reserved on arrival, before it is decided whether it is handled.
 * `run` or `skip` decides that, once.
 */
export class QueueSlot {
  readonly notification: Notification;
  readonly owner: SlotOwner;
  /** The next slot of the queue. */
  next: QueueSlot | undefined;
  readonly #queue: HandlerQueue<unknown>;
  #state: "undecided" | "ready" | "skipped" = "undecided";

  constructor(notification: Notification, owner: SlotOwner, queue: HandlerQueue<unknown>) {
    this.notification = notification;
    this.owner = owner;
    this.#queue = queue;
  }

  get isDecided(): boolean {
    return this.#state !== "undecided";
  }

  get isReady(): boolean {
    return this.#state === "ready";
  }

  /** Lets it be handled after the slots before it. */
  run(): void {
    this.#decide("ready");
  }

  /** Removes it from the order, so that later slots do not wait for it. */
  skip(): void {
    this.#decide("skipped");
  }

  #decide(state: "ready" | "skipped"): void {
    if (this.isDecided) return;
    this.#state = state;
    this.#queue.onDecided(this);
  }
}

/**
 * Handles the notifications of one call in order of arrival, one at a time.
 *
 * The slots are a linked list: a batch may have 300,000 of them, and `shift` of such an array is slow.
 */
export class HandlerQueue<Owner> {
  readonly #owner: Owner;
  readonly #events: HandlerQueueEvents<Owner>;
  #first: QueueSlot | undefined;
  #last: QueueSlot | undefined;
  /** The number of slots that wait to be handled. */
  #ready = 0;
  /** The owner of the slot that is being handled. */
  #running: SlotOwner | undefined;

  constructor(owner: Owner, events: HandlerQueueEvents<Owner>) {
    this.#owner = owner;
    this.#events = events;
  }

  get isIdle(): boolean {
    return this.#running === undefined && this.#first === undefined;
  }

  /** The owners of all slots that are not done. */
  *slotOwners(): Iterable<SlotOwner> {
    if (this.#running) yield this.#running;
    for (let slot = this.#first; slot; slot = slot.next) yield slot.owner;
  }

  /** Adds a slot. The oldest are dropped at the limit, because the newest may be the end of the call. */
  reserve(notification: Notification, owner: SlotOwner): QueueSlot {
    // Only slots of answered requests count, so one large batch may exceed the limit.
    while (this.#ready >= MAX_WAITING && this.#first?.isDecided) this.#drop(this.#first);
    const slot = new QueueSlot(notification, owner, this);
    if (this.#last) this.#last.next = slot;
    else this.#first = slot;
    this.#last = slot;
    return slot;
  }

  /** Called by a slot of this queue. */
  onDecided(slot: QueueSlot): void {
    if (slot.isReady) this.#ready++;
    this.#advance();
  }

  #drop(slot: QueueSlot): void {
    this.#unlink(slot);
    slot.owner.slotDone();
    if (slot.isReady) this.#events.onDropped(slot.notification);
  }

  /** Removes the first slot. */
  #unlink(first: QueueSlot): void {
    this.#first = first.next;
    if (!this.#first) this.#last = undefined;
    if (first.isReady) this.#ready--;
  }

  /** Handles all slots that are decided, synchronously until a handler returns a promise. */
  #advance(): void {
    if (this.#running) return;
    for (let next = this.#first; next?.isDecided; next = this.#first) {
      const { owner } = next;
      this.#running = owner;
      this.#unlink(next);
      const handling = next.isReady ? this.#events.run(next.notification) : undefined;
      if (handling instanceof Promise) {
        void handling.then(() => this.#finish(owner));
        return;
      }
      owner.slotDone();
    }
    this.#running = undefined;
    if (this.isIdle) this.#events.onIdle(this.#owner);
  }

  #finish(owner: SlotOwner): void {
    owner.slotDone();
    this.#running = undefined;
    this.#advance();
  }
}
