import type { Clock } from "@graph-dtmf/models";
import type { CallNotification, ParticipantsNotification } from "../parsing/notification.ts";
import type { ToneBroadcast } from "../tones/tone-broadcast.ts";
import { ToneReorderBuffer } from "../tones/tone-reorder-buffer.ts";
import { HandlerQueue, type HandlerQueueEvents, type SlotOwner } from "./handler-queue.ts";

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

/** The maximum number of calls. The least recently used are deleted first; calls in use are never deleted. */
const MAX_CALLS = 10_000;
/** How many calls one sweep deletes, so that not every new call needs one. */
const SWEEP_COUNT = 1_000;
/** The interval of the searches for old records. */
const SWEEP_INTERVAL_MS = 60_000;

/**
 * The records of all calls with any state.
 *
 * Old records are deleted when other calls are used, without a timer. Empty ones are deleted at once.
 */
export class CallRecords {
  readonly #clock: Clock;
  readonly #events: HandlerQueueEvents<CallRecord>;
  /** Least recently used first. */
  readonly #records = new Map<string, CallRecord>();
  #sweepAtMs = 0;
  #sweepAtSize = MAX_CALLS;

  constructor(clock: Clock, events: Omit<HandlerQueueEvents<CallRecord>, "onIdle">) {
    this.#clock = clock;
    this.#events = { ...events, onIdle: (record) => this.deleteIfEmpty(record) };
  }

  get size(): number {
    return this.#records.size;
  }

  /** The record of a call. Notifications without a call share the record of the id "". */
  getOrCreate(callId: string): CallRecord {
    const existing = this.#records.get(callId);
    if (existing) return existing;
    if (this.#records.size >= this.#sweepAtSize) this.#sweep(this.#clock.now());
    const record = new CallRecord(callId, this.#events);
    this.#records.set(callId, record);
    return record;
  }

  /** As {@link getOrCreate}; marks the call as used now. */
  touch(callId: string): CallRecord {
    const record = this.getOrCreate(callId);
    this.#markUsed(record);
    return record;
  }

  /** Deletes a record that is no longer in use, if it is empty. */
  deleteIfEmpty(record: CallRecord): void {
    if (record.isEmpty) this.#records.delete(record.callId);
    else this.#markUsed(record);
  }

  /** The batches with notifications that are not handled yet. */
  slotOwners(): Set<SlotOwner> {
    const owners = new Set<SlotOwner>();
    for (const { queue } of this.#records.values()) for (const owner of queue.slotOwners()) owners.add(owner);
    return owners;
  }

  #markUsed(record: CallRecord): void {
    const nowMs = this.#clock.now();
    record.touchedAtMs = nowMs;
    this.#records.delete(record.callId);
    this.#records.set(record.callId, record);
    if (nowMs >= this.#sweepAtMs) this.#sweep(nowMs);
  }

  /** Deletes old records, and some more if there are too many. */
  #sweep(nowMs: number): void {
    const oldestMs = nowMs - RETENTION_MS;
    let surplus = this.#records.size < MAX_CALLS ? 0 : SWEEP_COUNT;
    for (const record of this.#records.values()) {
      if (record.touchedAtMs > oldestMs && surplus <= 0) break;
      if (record.isInUse) continue;
      this.#records.delete(record.callId);
      surplus--;
    }
    this.#sweepAtMs = nowMs + SWEEP_INTERVAL_MS;
    this.#sweepAtSize = Math.max(MAX_CALLS, this.#records.size + SWEEP_COUNT);
  }
}
