import { type Clock, InvalidRequestError, normalizeId, type ToneInfo } from "@graph-dtmf/models";
import { onAbort } from "@graph-dtmf/models/internal";
import { ToneBroadcast } from "../tones/tone-broadcast.ts";
import type { ToneIterator } from "../tones/tone-reorder-buffer.ts";
import { ToneStream } from "../tones/tone-stream.ts";
import type { OperationTracker } from "../tracker/operation-tracker.ts";
import type { CallRecord, CallRecords } from "./call-records.ts";

/** The options of {@link ToneStreams}. */
export interface ToneStreamsOptions {
  clock: Clock;
  records: CallRecords;
  operations: Pick<OperationTracker, "ended" | "subscribed" | "tones">;
  reorderWindowMs: number;
}

/** The streams of pressed keys of all calls. */
export class ToneStreams {
  readonly #options: ToneStreamsOptions;

  constructor(options: ToneStreamsOptions) {
    this.#options = options;
    options.operations.subscribed(({ callId, sinceMs }) => {
      const { toneBroadcast, toneBuffer } = options.records.touch(callId);
      if (toneBroadcast) toneBroadcast.restart(sinceMs);
      else toneBuffer.restart({ sinceMs, nowMs: options.clock.now() });
    });
  }

  /**
   * Adds a tone to the streams of its call. Numbers are also tracked without streams, so that a later stream does not
   * report old tones as gaps.
   */
  put(callId: string, toneInfo: ToneInfo): void {
    const { records, clock } = this.#options;
    const { toneBroadcast, toneBuffer } = records.touch(callId);
    if (toneBroadcast) toneBroadcast.put(toneInfo);
    else toneBuffer.put(toneInfo, { nowMs: clock.now(), holdMs: 0 });
  }

  open(callId: string, { signal }: { signal?: AbortSignal }): ToneIterator {
    if (typeof callId !== "string" || callId === "") throw new InvalidRequestError("callId must not be empty");
    const id = normalizeId(callId);
    const record = this.#options.records.touch(id);
    record.toneBroadcast ??= this.#createBroadcast(id, record);
    const broadcast = record.toneBroadcast;
    const abort = (): void => stream.fail(signal?.reason);
    const stream = new ToneStream(() => {
      removeAbortListener?.();
      broadcast.remove(stream);
    });
    const removeAbortListener = signal && onAbort(signal, abort);
    broadcast.add(stream);
    if (signal?.aborted) abort();
    return stream;
  }

  #createBroadcast(callId: string, record: CallRecord): ToneBroadcast {
    const { clock, operations, records, reorderWindowMs } = this.#options;
    const closing = new AbortController();
    const broadcast = new ToneBroadcast({
      clock,
      buffer: record.toneBuffer,
      reorderWindowMs,
      onEmpty() {
        record.toneBroadcast = undefined;
        records.deleteIfEmpty(record);
        closing.abort();
        stopSharing?.();
      },
    });
    // Earlier keys of other instances are not read, but they are no gaps.
    const stopSharing = operations.tones?.listen(callId, (toneInfo, isPast) => {
      if (isPast) record.toneBuffer.put(toneInfo, { nowMs: clock.now(), holdMs: 0 });
      else broadcast.put(toneInfo);
    });
    const end = (): void => broadcast.end();
    // The promise rejects when the tracker is closed, which also ends the streams.
    operations.ended(callId, { signal: closing.signal }).then(end, end);
    return broadcast;
  }
}
