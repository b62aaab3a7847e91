import type { Clock } from "@graph-dtmf/models";
import type { CallRecords } from "../calls/call-records.ts";
import { RETENTION_MS } from "../calls/call-records.ts";
import { BoundedMap } from "../collections/bounded-map.ts";
import type {
  CallNotification,
  Notification,
  OperationNotification,
  ParticipantsNotification,
  ToneNotification,
} from "../parsing/notification.ts";

const MAX_ENTRIES = 10_000;
/** Graph's ids are much shorter. Notifications with a longer key are not remembered, to bound the memory. */
const MAX_KEY_LENGTH = 1024;

/**
 * Recognises notifications that were received before, by their content: Graph's message ids differ between attempts.
 *
 * Ends of operations and calls are not checked here. The operation tracker recognises those, across all instances.
 */
export class Deduplicator {
  readonly #clock: Clock;
  readonly #records: CallRecords;
  readonly #seen: BoundedMap<true>;
  readonly #unhandled: BoundedMap<true>;
  #hasUnhandled = false;

  constructor(clock: Clock, records: CallRecords) {
    this.#clock = clock;
    this.#records = records;
    const limits = { maxSize: MAX_ENTRIES, maxAge: { ms: RETENTION_MS, clock } };
    this.#seen = new BoundedMap(limits);
    this.#unhandled = new BoundedMap(limits);
  }

  /**
   * Returns whether the notification was received before, and remembers it. Call it once for each notification, after
   * everything that can fail.
   */
  isDuplicate(notification: Notification): boolean {
    switch (notification.kind) {
      case "tone":
        return this.#checkAndRemember(this.#toneKey(notification));
      case "operation":
        return !isFinal(notification) && this.#checkAndRemember(operationKey(notification));
      case "call":
        return !isCallEnd(notification) && this.#isSameAsLatest(notification);
      case "participants":
        return this.#isSameAsLatest(notification);
      default:
        return false;
    }
  }

  /**
   * Remembers that the handlers did not run because persisting failed. Persisting is retried and can mark the next
   * delivery as a duplicate, although handlers have to run for it.
   */
  markUnhandled(notification: Notification): void {
    const key = unhandledKey(notification);
    if (key.length > MAX_KEY_LENGTH) return;
    this.#unhandled.set(key, true);
    this.#hasUnhandled = true;
  }

  /** Returns whether {@link markUnhandled} was called for the notification, and removes the mark. */
  takeUnhandled(notification: Notification): boolean {
    if (!this.#hasUnhandled) return false;
    const key = unhandledKey(notification);
    const isUnhandled = this.#unhandled.get(key) === true;
    if (isUnhandled) this.#unhandled.delete(key);
    return isUnhandled;
  }

  #checkAndRemember(key: string): boolean {
    if (key.length > MAX_KEY_LENGTH) return false;
    const isSeen = this.#seen.get(key) === true;
    if (!isSeen) this.#seen.set(key, true);
    return isSeen;
  }

  #isSameAsLatest(notification: CallNotification | ParticipantsNotification): boolean {
    return this.#records.touch(notification.callId).repeatsLatest(notification, this.#clock.now());
  }

  /** Includes the tone: another tone under the same number starts a new numbering and is no duplicate. */
  #toneKey({ callId, toneInfo: { sequenceId, tone } }: ToneNotification): string {
    const epoch = this.#records.touch(callId).toneBuffer.epoch(sequenceId, this.#clock.now());
    return `${callId} ${epoch} ${sequenceId} ${tone}`;
  }
}

function operationKey({ callId, operationId, operation }: OperationNotification): string {
  return `${callId} ${operationId || operation.clientContext} ${operation.status}`;
}

function unhandledKey(notification: Notification): string {
  const { kind, callId } = notification;
  return kind === "operation" ? operationKey(notification) : `${callId} ${kind}`;
}

function isFinal({ operation: { status } }: OperationNotification): boolean {
  return status === "completed" || status === "failed";
}

function isCallEnd({ changeType, call }: CallNotification): boolean {
  return changeType === "deleted" || call.state === "terminated";
}
