import type { CallNotification, ParticipantsNotification } from "../parsing/notification.ts";
import type { ToneReaders } from "../tones/tone-broadcast.ts";
import { ToneNumbering } from "../tones/tone-reorder-buffer.ts";
import { HandlerQueue, type HandlerQueueEvents } from "./handler-queue.ts";

/** For how long a delivery is recognised when it comes again, and a call remembered that nothing is heard of. */
export const REMEMBERED_MS: number = 10 * 60_000;
/** Longer snapshots are not worth the memory of recognising their repetition. */
const MAX_TEXT = 4096;

type Snapshot = CallNotification | ParticipantsNotification;

/** What the receiver knows of one call. */
export class CallRecord {
  readonly callId: string;
  readonly queue: HandlerQueue<CallRecord>;
  /** Those who read its tones, while anybody does. */
  readers: ToneReaders | undefined;
  heardAtMs = 0;
  // Made when first needed: most calls are only heard of by their operations.
  #numbering: ToneNumbering | undefined;
  #latest: Map<Snapshot["kind"], { text: string; untilMs: number }> | undefined;

  constructor(callId: string, events: HandlerQueueEvents<CallRecord>) {
    this.callId = callId;
    this.queue = new HandlerQueue(this, events);
  }

  get numbering(): ToneNumbering {
    this.#numbering ??= new ToneNumbering();
    return this.#numbering;
  }

  /** Whether somebody waits for what happens in the call. */
  get isInUse(): boolean {
    return !this.queue.isIdle || this.readers !== undefined;
  }

  /** Whether nothing would be forgotten with this record. */
  get isEmpty(): boolean {
    return !this.isInUse && this.#numbering?.isUnknown !== false && !this.#latest?.size;
  }

  /**
   * Whether this says, word for word, what the notification of its kind before it said.
   *
   * Only the one before counts: a call that was put on hold may well be established again.
   */
  repeatsLatest(notification: Snapshot, nowMs: number): boolean {
    const { kind } = notification;
    this.#latest ??= new Map();
    const latest = this.#latest.get(kind);
    const text = textOf(notification);
    if (latest !== undefined && latest.text === text && latest.untilMs > nowMs) return true;
    if (text === undefined) this.#latest.delete(kind);
    else this.#latest.set(kind, { text, untilMs: nowMs + REMEMBERED_MS });
    return false;
  }
}

/** Not of `raw`, which several notifications share where one entry packs several resources. */
function textOf(notification: Snapshot): string | undefined {
  const snapshot = notification.kind === "call" ? notification.call : notification.participants;
  try {
    const text = JSON.stringify([notification.changeType, snapshot]);
    return text.length <= MAX_TEXT ? text : undefined;
  } catch {
    // Nested so deeply that it could be read, but not be written: nothing to remember.
    return undefined;
  }
}
