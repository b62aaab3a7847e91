import type { CommsNotification } from "@graph-dtmf/models";
import type { NotificationFault } from "../faults/fault.ts";
import type { FaultQueue } from "../faults/fault-queue.ts";
import type { ScaledClock } from "../schema/scaled-clock.ts";
import type { NotificationBatch, Notifier } from "./notifier.ts";
import type { Recipient } from "./recipient.ts";

/** How long a notification is late, or waits for another that does not come. */
const LATE_MS = 5000;

/** What the outboxes of all calls share. */
export interface OutboxContext {
  notifier: Notifier;
  faults: FaultQueue;
  clock: ScaledClock;
}

/** A notification that waits for the next one. */
interface HeldBatch {
  parcel: NotificationBatch;
  mode: "reorder" | "batch";
  cancelTimer: () => void;
}

/** The notifications of one call, delivered in order: the next leaves when the one before was answered or given up. */
export class Outbox {
  #recipient: Recipient;
  readonly #context: OutboxContext;
  #tail: Promise<void> = Promise.resolve();
  #held: HeldBatch | undefined;
  #nextWaiters: (() => void)[] = [];
  readonly #timers = new Set<() => void>();
  #discarded = false;

  constructor(recipient: Recipient, surroundings: OutboxContext) {
    this.#recipient = recipient;
    this.#context = surroundings;
  }

  post(notification: CommsNotification): void {
    const fault = this.#context.faults.takeForNotification();
    const parcel = { notifications: [notification], ...toBatchFaults(fault) };
    const how = fault && "deliver" in fault ? fault.deliver : undefined;
    const held = this.#takeHeld();
    if (held?.mode === "batch") {
      this.#send({ ...held.parcel, ...parcel, notifications: [...held.parcel.notifications, notification] });
    } else if (how === "reorder" || how === "batch") {
      if (held) this.#send(held.parcel);
      this.#held = { parcel, mode: how, cancelTimer: this.#schedule(() => this.#sendHeld()) };
    } else {
      if (how === "late") this.#schedule(() => this.#send(parcel));
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
    this.#enqueue(() => event);
  }

  /** Resolves when whatever leaves next has been delivered or given up. */
  waitForNext(): Promise<void> {
    return new Promise((resolve) => this.#nextWaiters.push(resolve));
  }

  /** What has not left yet never will. */
  discard(): void {
    this.#discarded = true;
    this.#takeHeld();
    for (const stop of this.#timers) stop();
    for (const resolve of this.#nextWaiters) resolve();
  }

  #send(parcel: NotificationBatch): void {
    const recipient = this.#recipient;
    const awaited = this.#nextWaiters;
    this.#nextWaiters = [];
    this.#enqueue(async () => {
      const { movedTo } = await this.#context.notifier.deliver(recipient, parcel);
      if (movedTo !== undefined) this.redirect(movedTo);
      for (const resolve of awaited) resolve();
    });
  }

  #sendHeld(): void {
    const held = this.#takeHeld();
    if (held) this.#send(held.parcel);
  }

  #takeHeld(): HeldBatch | undefined {
    const held = this.#held;
    held?.cancelTimer();
    this.#held = undefined;
    return held;
  }

  #schedule(action: () => void): () => void {
    const { clock } = this.#context;
    const stop = clock.schedule(clock.now() + LATE_MS, () => {
      this.#timers.delete(stop);
      action();
    });
    this.#timers.add(stop);
    return stop;
  }

  #enqueue(step: () => Promise<void>): void {
    this.#tail = this.#tail.then(() => (this.#discarded ? undefined : step()));
    this.#context.notifier.track(this.#tail);
  }
}

function toBatchFaults(fault: NotificationFault | undefined): Pick<NotificationBatch, "token" | "spell"> {
  if (!fault || "deliver" in fault) return {};
  return "token" in fault ? { token: fault.token } : { spell: fault.spell };
}
