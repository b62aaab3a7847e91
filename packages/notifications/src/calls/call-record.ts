import type { CallNotification, ParticipantsNotification } from "../parsing/notification.ts";
import type { ToneBroadcast } from "../tones/tone-broadcast.ts";
import { ToneReorderBuffer } from "../tones/tone-reorder-buffer.ts";
import { HandlerQueue, type HandlerQueueEvents } from "./handler-queue.ts";

/** How long repetitions are detected, and how long a call without notifications is remembered. */
export const RETENTION_MS: number = 10 * 60_000;
/** Repetitions of longer snapshots are not detected, to save memory. */
const MAX_TEXT = 4096;

type Snapshot = CallNotification | ParticipantsNotification;

/** The state of one call in the receiver. */
export class CallRecord {
  readonly callId: string;
  readonly queue: HandlerQueue<CallRecord>;
  /** Its streams of tones, if there are any. */
  toneBroadcast: ToneBroadcast | undefined;
  touchedAtMs = 0;
  // Created on demand: most calls only have notifications of operations.
  #toneBuffer: ToneReorderBuffer | undefined;
  #latestByKind: Map<Snapshot["kind"], { text: string; untilMs: number }> | undefined;

  constructor(callId: string, events: HandlerQueueEvents<CallRecord>) {
    this.callId = callId;
    this.queue = new HandlerQueue(this, events);
  }

  get toneBuffer(): ToneReorderBuffer {
    this.#toneBuffer ??= new ToneReorderBuffer();
    return this.#toneBuffer;
  }

  /** Whether handlers or streams of the call are active. */
  get isInUse(): boolean {
    return !this.queue.isIdle || this.toneBroadcast !== undefined;
  }

  /** Whether the record can be deleted without losing anything. */
  get isEmpty(): boolean {
    return !this.isInUse && this.#toneBuffer?.isUnused !== false && !this.#latestByKind?.size;
  }

  /**
   * Whether a notification equals the previous one of its kind.
   *
   * Only the previous one counts, because a call can return to an earlier state, for example after a hold.
   */
  repeatsLatest(notification: Snapshot, nowMs: number): boolean {
    const { kind } = notification;
    this.#latestByKind ??= new Map();
    const latest = this.#latestByKind.get(kind);
    const text = toText(notification);
    if (latest !== undefined && latest.text === text && latest.untilMs > nowMs) return true;
    if (text === undefined) this.#latestByKind.delete(kind);
    else this.#latestByKind.set(kind, { text, untilMs: nowMs + RETENTION_MS });
    return false;
  }
}

/** Without `raw`, which several notifications of one entry share. */
function toText(notification: Snapshot): string | undefined {
  const snapshot = notification.kind === "call" ? notification.call : notification.participants;
  try {
    const text = JSON.stringify([notification.changeType, snapshot]);
    return text.length <= MAX_TEXT ? text : undefined;
  } catch {
    // Parsed, but nested too deeply for JSON.stringify.
    return undefined;
  }
}
