import type { Clock } from "@graph-dtmf/models";
import { REMEMBERED_MS } from "../calls/call-record.ts";
import type { CallRecords } from "../calls/call-records.ts";
import { BoundedMap } from "../collections/bounded-map.ts";
import type {
  CallNotification,
  Notification,
  OperationNotification,
  ParticipantsNotification,
  ToneNotification,
} from "../parsing/notification.ts";

const MAX_REMEMBERED = 10_000;
/** What has longer ids than this is not of Graph's making, and not worth the memory of recognising it again. */
const MAX_KEY_LENGTH = 1024;

/**
 * Recognises what was delivered before, by content: Graph's message ids are not the same in every attempt.
 *
 * The ends of operations and calls are not judged here. Whoever keeps them knows, and knows it of all instances.
 */
export class Repetitions {
  readonly #clock: Clock;
  readonly #records: CallRecords;
  readonly #met: BoundedMap<true>;
  readonly #owed: BoundedMap<true>;
  #owesAny = false;

  constructor(clock: Clock, records: CallRecords) {
    this.#clock = clock;
    this.#records = records;
    const limits = { maxSize: MAX_REMEMBERED, maxAge: { ms: REMEMBERED_MS, clock } };
    this.#met = new BoundedMap(limits);
    this.#owed = new BoundedMap(limits);
  }

  /** Whether it came before; from now on it did. To be asked once for each delivery, when nothing can fail any more. */
  isRepeated(notification: Notification): boolean {
    switch (notification.kind) {
      case "tone":
        return this.#isKnown(this.#toneKey(notification));
      case "operation":
        return !isEnded(notification) && this.#isKnown(operationKey(notification));
      case "call":
        return !isOver(notification) && this.#repeatsLatest(notification);
      case "participants":
        return this.#repeatsLatest(notification);
      default:
        return false;
    }
  }

  /** Its delivery failed: whoever keeps ends may yet succeed, and then call the next delivery a repetition. */
  owe(notification: Notification): void {
    const key = endKey(notification);
    if (key.length > MAX_KEY_LENGTH) return;
    this.#owed.set(key, true);
    this.#owesAny = true;
  }

  /** Whether handlers still have to see an end of which an earlier delivery failed; from now on they don't. */
  takeOwed(notification: Notification): boolean {
    if (!this.#owesAny) return false;
    const key = endKey(notification);
    const isOwed = this.#owed.get(key) === true;
    if (isOwed) this.#owed.delete(key);
    return isOwed;
  }

  #isKnown(key: string): boolean {
    if (key.length > MAX_KEY_LENGTH) return false;
    const isKnown = this.#met.get(key) === true;
    if (!isKnown) this.#met.set(key, true);
    return isKnown;
  }

  #repeatsLatest(notification: CallNotification | ParticipantsNotification): boolean {
    return this.#records.heard(notification.callId).repeatsLatest(notification, this.#clock.now());
  }

  /** The tone belongs to it: under the same number another tone is no repetition, but the start of a new numbering. */
  #toneKey({ callId, toneInfo: { sequenceId, tone } }: ToneNotification): string {
    const epoch = this.#records.heard(callId).numbering.epoch(sequenceId, this.#clock.now());
    return `${callId} ${epoch} ${sequenceId} ${tone}`;
  }
}

function operationKey({ callId, operationId, operation }: OperationNotification): string {
  return `${callId} ${operationId || operation.clientContext} ${operation.status}`;
}

function endKey(notification: Notification): string {
  const { kind, callId } = notification;
  return kind === "operation" ? operationKey(notification) : `${callId} ${kind}`;
}

function isEnded({ operation: { status } }: OperationNotification): boolean {
  return status === "completed" || status === "failed";
}

function isOver({ changeType, call }: CallNotification): boolean {
  return changeType === "deleted" || call.state === "terminated";
}
