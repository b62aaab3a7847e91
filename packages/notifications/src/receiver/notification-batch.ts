import type { HandlerQueue, Place, PlaceHolder } from "../calls/handler-queue.ts";
import type { Notification } from "../parsing/notification.ts";
import type { Delivered } from "./observer.ts";

/** A notification of a delivery. */
export interface Entry extends Delivered {
  /** Taken on arrival, so that waiting for a store changes nobody's turn; absent where nobody would handle it. */
  readonly place: Place | undefined;
  fate: Delivered["fate"];
}

const DONE = Promise.resolve();

/** What one request brought, and how much of it is still to be handled. */
export class Delivery implements PlaceHolder {
  readonly entries: readonly Entry[];
  /** Places that were taken, and those of them that are not done. */
  #taken = 0;
  #left = 0;
  /** Made only for whoever asks: hardly anybody does. */
  #done: Promise<void> | undefined;
  #resolve: (() => void) | undefined;

  /** @param queueOf Where a notification takes its place, if it is to be handled. */
  constructor(
    notifications: readonly Notification[],
    queueOf: (notification: Notification) => HandlerQueue<unknown> | undefined,
  ) {
    this.entries = notifications.map((notification) => {
      const place = queueOf(notification)?.reserve(notification, this);
      if (place) this.#left = ++this.#taken;
      return { notification, place, fate: "new" };
    });
  }

  /** Whether there was something to handle, be it done by now. */
  get isHandled(): boolean {
    return this.#taken > 0;
  }

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
    if (--this.#left === 0) this.#resolve?.();
  }
}
