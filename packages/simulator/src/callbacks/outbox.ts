import type { CommsNotification } from "@graph-dtmf/models";
import type { FaultQueue, NotificationFault } from "../faults/faults.ts";
import type { Pace } from "../schema/scaled-clock.ts";
import type { Notifier, Parcel, Recipient } from "./notifier.ts";

/** How long a notification is late, or waits for another that does not come. */
const LATE_MS = 5000;

/** What the outboxes of all calls share. */
export interface OutboxSurroundings {
  notifier: Notifier;
  faults: FaultQueue;
  pace: Pace;
}

/** A notification that waits for the next one. */
interface Held {
  parcel: Parcel;
  how: "reorder" | "batch";
  stopWaiting: () => void;
}

/** The notifications of one call, delivered in order: the next leaves when the one before was answered or given up. */
export class Outbox {
  #recipient: Recipient;
  readonly #surroundings: OutboxSurroundings;
  #last: Promise<void> = Promise.resolve();
  #held: Held | undefined;
  #awaited: (() => void)[] = [];
  readonly #timers = new Set<() => void>();
  #discarded = false;

  constructor(recipient: Recipient, surroundings: OutboxSurroundings) {
    this.#recipient = recipient;
    this.#surroundings = surroundings;
  }

  post(notification: CommsNotification): void {
    const fault = this.#surroundings.faults.takeForNotification();
    const parcel = { notifications: [notification], ...flaws(fault) };
    const how = fault && "deliver" in fault ? fault.deliver : undefined;
    const held = this.#release();
    if (held?.how === "batch") {
      this.#send({ ...held.parcel, ...parcel, notifications: [...held.parcel.notifications, notification] });
    } else if (how === "reorder" || how === "batch") {
      if (held) this.#send(held.parcel);
      this.#held = { parcel, how, stopWaiting: this.#later(() => this.#sendHeld()) };
    } else {
      if (how === "late") this.#later(() => this.#send(parcel));
      else if (how !== "drop") this.#send(parcel);
      if (how === "duplicate") this.#send(parcel);
      if (held) this.#send(held.parcel);
    }
  }

  /** From now on, what is posted goes there. */
  redirect(callbackUri: string): void {
    this.#recipient = { ...this.#recipient, callbackUri };
  }

  /** Holds back what follows, so that it does not overtake an answer. */
  holdUntil(event: Promise<void>): void {
    this.#then(() => event);
  }

  /** Resolves when whatever leaves next has been delivered or given up. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#awaited.push(resolve));
  }

  /** What has not left yet never will. */
  discard(): void {
    this.#discarded = true;
    this.#release();
    for (const stop of this.#timers) stop();
    for (const resolve of this.#awaited) resolve();
  }

  #send(parcel: Parcel): void {
    const recipient = this.#recipient;
    const awaited = this.#awaited;
    this.#awaited = [];
    this.#then(async () => {
      const { movedTo } = await this.#surroundings.notifier.deliver(recipient, parcel);
      if (movedTo !== undefined) this.redirect(movedTo);
      for (const resolve of awaited) resolve();
    });
  }

  #sendHeld(): void {
    const held = this.#release();
    if (held) this.#send(held.parcel);
  }

  #release(): Held | undefined {
    const held = this.#held;
    held?.stopWaiting();
    this.#held = undefined;
    return held;
  }

  #later(action: () => void): () => void {
    const { pace } = this.#surroundings;
    const stop = pace.at(pace.now() + LATE_MS, () => {
      this.#timers.delete(stop);
      action();
    });
    this.#timers.add(stop);
    return stop;
  }

  #then(step: () => Promise<void>): void {
    this.#last = this.#last.then(() => (this.#discarded ? undefined : step()));
    this.#surroundings.notifier.track(this.#last);
  }
}

function flaws(fault: NotificationFault | undefined): Pick<Parcel, "token" | "spell"> {
  if (!fault || "deliver" in fault) return {};
  return "token" in fault ? { token: fault.token } : { spell: fault.spell };
}
