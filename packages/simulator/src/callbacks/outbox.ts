import type { CommsNotification } from "@graph-dtmf/models";
import type { NotificationFault } from "../faults/fault.ts";
import type { FaultQueue } from "../faults/fault-queue.ts";
import type { ScaledClock } from "../schema/scaled-clock.ts";
import type { NotificationBatch, Notifier } from "./notifier.ts";
import type { Recipient } from "./recipient.ts";

/** The delay of a late notification, and the longest that one is held for the next. */
const LATE_MS = 5000;

/** What all outboxes share. */
export interface OutboxContext {
  notifier: Notifier;
  faults: FaultQueue;
  clock: ScaledClock;
}

/** A notification that is held until the next one is posted. */
interface HeldBatch {
  batch: NotificationBatch;
  mode: "reorder" | "batch";
  cancelTimer: () => void;
}

/** Delivers the notifications of one call in order: each is sent after the previous delivery has ended. */
export class Outbox {
  #recipient: Recipient;
  readonly #context: OutboxContext;
  #tail: Promise<void> = Promise.resolve();
  #held: HeldBatch | undefined;
  #nextWaiters: (() => void)[] = [];
  readonly #timerCancels = new Set<() => void>();
  #discarded = false;

  constructor(recipient: Recipient, context: OutboxContext) {
    this.#recipient = recipient;
    this.#context = context;
  }

  /** Sends a notification, or applies the next fault to it. */
  post(notification: CommsNotification): void {
    const fault = this.#context.faults.takeForNotification();
    const batch = { notifications: [notification], ...toBatchFaults(fault) };
    const delivery = fault && "deliver" in fault ? fault.deliver : undefined;
    const held = this.#takeHeld();
    if (held?.mode === "batch") {
      this.#send({ ...held.batch, ...batch, notifications: [...held.batch.notifications, notification] });
    } else if (delivery === "reorder" || delivery === "batch") {
      if (held) this.#send(held.batch);
      this.#held = { batch, mode: delivery, cancelTimer: this.#schedule(() => this.#sendHeld()) };
    } else {
      if (delivery === "late") this.#schedule(() => this.#send(batch));
      else if (delivery !== "drop") this.#send(batch);
      if (delivery === "duplicate") this.#send(batch);
      if (held) this.#send(held.batch);
    }
  }

  /** Sets the callback of later notifications. */
  redirect(callbackUri: string): void {
    this.#recipient = { ...this.#recipient, callbackUri };
  }

  /** Delays later notifications until an event, such as the end of the response that caused them. */
  holdUntil(event: Promise<void>): void {
    this.#enqueue(() => event);
  }

  /** Resolves when the next delivery has ended, or when the outbox is discarded. */
  waitForNext(): Promise<void> {
    return new Promise((resolve) => this.#nextWaiters.push(resolve));
  }

  /** Drops the notifications that were not sent yet. */
  discard(): void {
    this.#discarded = true;
    this.#takeHeld();
    for (const cancel of this.#timerCancels) cancel();
    for (const resolve of this.#nextWaiters) resolve();
  }

  #send(batch: NotificationBatch): void {
    const recipient = this.#recipient;
    const waiters = this.#nextWaiters;
    this.#nextWaiters = [];
    this.#enqueue(async () => {
      const { redirectedTo } = await this.#context.notifier.deliver(recipient, batch);
      if (redirectedTo !== undefined) this.redirect(redirectedTo);
      for (const resolve of waiters) resolve();
    });
  }

  #sendHeld(): void {
    const held = this.#takeHeld();
    if (held) this.#send(held.batch);
  }

  #takeHeld(): HeldBatch | undefined {
    const held = this.#held;
    held?.cancelTimer();
    this.#held = undefined;
    return held;
  }

  /** Runs an action after {@link LATE_MS}. Returns a function that cancels it. */
  #schedule(action: () => void): () => void {
    const { clock } = this.#context;
    const cancel = clock.schedule(clock.now() + LATE_MS, () => {
      this.#timerCancels.delete(cancel);
      action();
    });
    this.#timerCancels.add(cancel);
    return cancel;
  }

  #enqueue(step: () => Promise<void>): void {
    this.#tail = this.#tail.then(() => (this.#discarded ? undefined : step()));
    this.#context.notifier.track(this.#tail);
  }
}

function toBatchFaults(fault: NotificationFault | undefined): Pick<NotificationBatch, "tokenFlaw" | "variant"> {
  if (!fault || "deliver" in fault) return {};
  return "token" in fault ? { tokenFlaw: fault.token } : { variant: fault.spell };
}
