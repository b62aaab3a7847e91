import { type Clock, InvalidRequestError, normalizeId, type ToneInfo } from "@graph-dtmf/models";
import { onAbort } from "@graph-dtmf/models/internal";
import { ToneReaders } from "../tones/tone-broadcast.ts";
import type { HeardTone } from "../tones/tone-reorder-buffer.ts";
import { ToneReader } from "../tones/tone-stream.ts";
import type { OperationTracker } from "../tracker/operation-tracker.ts";
import type { CallRecord } from "./call-record.ts";
import type { CallRecords } from "./call-records.ts";

/** What streams of tones are made of. */
export interface ToneStreamsOptions {
  clock: Clock;
  records: CallRecords;
  operations: Pick<OperationTracker, "ended" | "subscribed" | "tones">;
  reorderWindowMs: number;
}

/** The pressed keys of every call, for whoever reads them. */
export class ToneStreams {
  readonly #options: ToneStreamsOptions;

  constructor(options: ToneStreamsOptions) {
    this.#options = options;
    options.operations.subscribed(({ callId, sinceMs }) => {
      const { readers, numbering } = options.records.heard(callId);
      if (readers) readers.restart(sinceMs);
      else numbering.restart({ sinceMs, nowMs: options.clock.now() });
    });
  }

  /** Also where nobody reads, so that whoever does later knows which tones there were before. */
  hear(callId: string, toneInfo: ToneInfo): void {
    const { records, clock } = this.#options;
    const { readers, numbering } = records.heard(callId);
    if (readers) readers.hear(toneInfo);
    else numbering.take(toneInfo, { nowMs: clock.now(), holdMs: 0 });
  }

  open(callId: string, { signal }: { signal?: AbortSignal }): AsyncIterableIterator<HeardTone, undefined> {
    if (typeof callId !== "string" || callId === "") throw new InvalidRequestError("callId must not be empty");
    const id = normalizeId(callId);
    const record = this.#options.records.heard(id);
    record.readers ??= this.#readersOf(id, record);
    const { readers } = record;
    const abort = (): void => reader.fail(signal?.reason);
    const reader = new ToneReader(() => {
      deaf?.();
      readers.remove(reader);
    });
    const deaf = signal && onAbort(signal, abort);
    readers.add(reader);
    if (signal?.aborted) abort();
    return reader;
  }

  #readersOf(callId: string, record: CallRecord): ToneReaders {
    const { clock, operations, records, reorderWindowMs } = this.#options;
    const unread = new AbortController();
    const readers = new ToneReaders({
      clock,
      numbering: record.numbering,
      reorderWindowMs,
      left() {
        record.readers = undefined;
        records.release(record);
        unread.abort();
        stopSharing?.();
      },
    });
    // What other instances heard before is not read, but known not to be missing.
    const stopSharing = operations.tones?.listen(callId, (toneInfo, isPast) => {
      if (isPast) record.numbering.take(toneInfo, { nowMs: clock.now(), holdMs: 0 });
      else readers.hear(toneInfo);
    });
    const end = (): void => readers.end();
    // It rejects when the tracker is closed: nothing more is heard of the call then, either.
    operations.ended(callId, { signal: unread.signal }).then(end, end);
    return readers;
  }
}
