import type { Clock } from "@graph-dtmf/models";
import { CallRecord, RETENTION_MS } from "./call-record.ts";
import type { HandlerQueueEvents, SlotOwner } from "./handler-queue.ts";

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
