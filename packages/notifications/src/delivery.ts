import type { HandlerQueue, Place, PlaceHolder } from "./handler-queue.ts";
import type { Notification } from "./notification.ts";
import type { Delivered } from "./observer.ts";
import type { Outstanding, Waitable } from "./outstanding.ts";

/** A notification of a delivery. */
export interface Entry extends Delivered {
  /** Taken on arrival, so that waiting for a store changes nobody's turn; absent where nobody would handle it. */
  readonly place: Place | undefined;
  fate: Delivered["fate"];
}

const DONE = Promise.resolve();

/** What one request brought, and how much of it is still to be handled. */
export class Delivery implements PlaceHolder, Waitable {
  readonly entries: readonly Entry[];
  readonly #outstanding: Outstanding;
  /** Places that were taken, and those of them that are not done. */
  #taken = 0;
  #left = 0;
  /** Made only for whoever asks: hardly anybody does. */
  #done: Promise<void> | undefined;
  #resolve: (() => void) | undefined;

  /** @param queueOf Where a notification takes its place, if it is to be handled. */
  constructor(
    notifications: readonly Notification[],
    queueOf: (notification: Notification) => HandlerQueue | undefined,
    outstanding: Outstanding,
  ) {
    this.#outstanding = outstanding;
    this.entries = notifications.map((notification) => this.#enter(notification, queueOf(notification)));
  }

  /** Whether there was something to handle, be it done by now. */
  get isHandled(): boolean {
    return this.#taken > 0;
  }

  /** Resolves when all was handled, or left, or dropped. Never rejects. */
  get done(): Promise<void> {
    if (this.#left === 0) return DONE;
    this.#done ??= new Promise((resolve) => {
      this.#resolve = resolve;
    });
    return this.#done;
  }

  /** Lets all be handled that was not left. */
  proceed(): Promise<void> {
    for (const { place } of this.entries) place?.proceed();
    return this.done;
  }

  leave(): void {
    for (const { place } of this.entries) place?.leave();
  }

  placeDone(): void {
    if (--this.#left > 0) return;
    this.#outstanding.delete(this);
    this.#resolve?.();
  }

  #enter(notification: Notification, queue: HandlerQueue | undefined): Entry {
    if (queue) {
      this.#taken++;
      if (++this.#left === 1) this.#outstanding.add(this);
    }
    return { notification, place: queue?.reserve(notification, this), fate: "new" };
  }
}
