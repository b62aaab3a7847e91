import type { Clock } from "@graph-dtmf/models";
import { CallRecord, REMEMBERED_MS } from "./call-record.ts";
import type { HandlerQueueEvents, PlaceHolder } from "./handler-queue.ts";

/** How many calls are remembered; those last heard of go first. A call that somebody waits in is never forgotten. */
const MOST_CALLS = 10_000;
/** How many go at once when there are too many. */
const ROOM = 1_000;
/** How often it is looked for what is too old. */
const SWEEP_MS = 60_000;

/**
 * One record for each call that there is anything to remember of.
 *
 * No timer forgets them: what is too old goes when another call is heard of, and what nothing would be forgotten with
 * goes at once.
 */
export class CallRecords {
  readonly #clock: Clock;
  readonly #events: HandlerQueueEvents<CallRecord>;
  /** In the order in which the calls were last heard of. */
  readonly #records = new Map<string, CallRecord>();
  #sweepAtMs = 0;
  #sweepAtSize = MOST_CALLS;

  constructor(clock: Clock, events: Omit<HandlerQueueEvents<CallRecord>, "idle">) {
    this.#clock = clock;
    this.#events = { ...events, idle: (record) => this.release(record) };
  }

  get size(): number {
    return this.#records.size;
  }

  /** The record of a call that is about to be used. What belongs to no call shares the record of the id "". */
  of(callId: string): CallRecord {
    const known = this.#records.get(callId);
    if (known) return known;
    if (this.#records.size >= this.#sweepAtSize) this.#sweep(this.#clock.now());
    const record = new CallRecord(callId, this.#events);
    this.#records.set(callId, record);
    return record;
  }

  /** As {@link of}, for a call that was heard of at this moment. */
  heard(callId: string): CallRecord {
    const record = this.of(callId);
    this.#touch(record);
    return record;
  }

  /** It is used no more. Lets it go if nothing would be forgotten. */
  release(record: CallRecord): void {
    if (record.isEmpty) this.#records.delete(record.callId);
    else this.#touch(record);
  }

  /** Who has notifications that are not handled yet. */
  holders(): Set<PlaceHolder> {
    const holders = new Set<PlaceHolder>();
    for (const { queue } of this.#records.values()) for (const holder of queue.holders()) holders.add(holder);
    return holders;
  }

  #touch(record: CallRecord): void {
    const nowMs = this.#clock.now();
    record.heardAtMs = nowMs;
    this.#records.delete(record.callId);
    this.#records.set(record.callId, record);
    if (nowMs >= this.#sweepAtMs) this.#sweep(nowMs);
  }

  /** Where there are too many it makes some room, so as not to be needed again for the very next. */
  #sweep(nowMs: number): void {
    const oldestMs = nowMs - REMEMBERED_MS;
    let surplus = this.#records.size < MOST_CALLS ? 0 : ROOM;
    for (const record of this.#records.values()) {
      if (record.heardAtMs > oldestMs && surplus <= 0) break;
      if (record.isInUse) continue;
      this.#records.delete(record.callId);
      surplus--;
    }
    this.#sweepAtMs = nowMs + SWEEP_MS;
    this.#sweepAtSize = Math.max(MOST_CALLS, this.#records.size + ROOM);
  }
}
