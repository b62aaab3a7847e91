import { normalizeId, type OperationKey, type StoredEvent } from "@graph-dtmf/models";

/** A wait that was opened here, and for all that is known here goes on. */
export interface OpenWait {
  key: OperationKey;
  /** When it was opened, and when it ends: milliseconds since 1970, by this instance's clock. */
  sinceMs: number;
  untilMs: number;
  operationId: string;
  /** Whether Redis has never heard of this life, so that what it knows may be of an earlier one. */
  isNew: boolean;
}

/** The waits that Redis has to be told of again when it may have lost them, or we what it said. */
export class OpenWaits {
  readonly #waits = new Map<string, OpenWait>();

  get(key: OperationKey): OpenWait | undefined {
    return this.#waits.get(textOf(key));
  }

  set(wait: OpenWait): void {
    this.#waits.set(textOf(wait.key), wait);
  }

  /** Forgets what an event ends. Of those that it does not name the rest of their time says enough. */
  end(event: StoredEvent): void {
    if (event.type !== "completion" || event.clientContext === undefined) return;
    this.#waits.delete(textOf({ callId: event.callId, clientContext: event.clientContext }));
  }

  /** Those whose time is not over; the others are forgotten. */
  current(nowMs: number): OpenWait[] {
    for (const [text, { untilMs }] of this.#waits) if (untilMs <= nowMs) this.#waits.delete(text);
    return [...this.#waits.values()];
  }

  get size(): number {
    return this.#waits.size;
  }
}

function textOf({ callId, clientContext }: OperationKey): string {
  return `${normalizeId(callId)} ${clientContext}`;
}
