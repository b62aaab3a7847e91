import type { HandlerQueue, QueueSlot, SlotOwner } from "../calls/handler-queue.ts";
import type { Notification } from "../parsing/notification.ts";

/** `seen` was received before. `notStored` could not be persisted. */
export type BatchItemStatus = "new" | "seen" | "notStored";

/** One notification of a batch. */
export interface BatchItem {
  readonly notification: Notification;
  /** Reserved on arrival, so that a slow store does not change the order. Absent without a handler. */
  readonly slot: QueueSlot | undefined;
  status: BatchItemStatus;
}

const DONE = Promise.resolve();

/** The notifications of one request, and how many of them are still to be handled. */
export class NotificationBatch implements SlotOwner {
  readonly items: readonly BatchItem[];
  #slots = 0;
  #pendingSlots = 0;
  #done: Promise<void> | undefined;
  #resolve: (() => void) | undefined;

  /** @param queueOf The queue of a notification; `undefined` if no handler is registered for it. */
  constructor(
    notifications: readonly Notification[],
    queueOf: (notification: Notification) => HandlerQueue<unknown> | undefined,
  ) {
    this.items = notifications.map((notification) => {
      const slot = queueOf(notification)?.reserve(notification, this);
      if (slot) this.#pendingSlots = ++this.#slots;
      return { notification, slot, status: "new" };
    });
  }

  /** Whether a handler is registered for at least one of the notifications. */
  get hasHandlers(): boolean {
    return this.#slots > 0;
  }

  /** Resolves when all notifications are handled, skipped or dropped. Created on demand, for `drain()`. */
  get done(): Promise<void> {
    if (this.#pendingSlots === 0) return DONE;
    this.#done ??= new Promise((resolve) => {
      this.#resolve = resolve;
    });
    return this.#done;
  }

  /** Allows the handlers of all notifications to run that were not skipped. */
  run(): Promise<void> {
    for (const { slot } of this.items) slot?.run();
    return this.done;
  }

  /** Skips all notifications. */
  skip(): void {
    for (const { slot } of this.items) slot?.skip();
  }

  slotDone(): void {
    if (--this.#pendingSlots === 0) this.#resolve?.();
  }
}
