import type { OperationKey } from "@graph-dtmf/models";
import type { CallKeys } from "./keys.ts";

/** A wait, and what it is called in Redis. */
export interface NamedWait {
  key: OperationKey;
  /** The name of its key: one text for one wait. */
  name: string;
  /** Those of its call. */
  keys: CallKeys;
}

/** A wait that was opened here, and for all that is known here goes on. */
export interface OpenWait extends NamedWait {
  /** When it was opened, and when it ends: milliseconds since 1970, by this instance's clock. */
  sinceMs: number;
  untilMs: number;
  operationId: string;
  /** Whether Redis has never heard of this life, so that what it knows may be of an earlier one. */
  isNew: boolean;
}

/** The waits that Redis has to be told of again when it may have lost them, or we what it said. By the names of their keys. */
export class OpenWaits {
  readonly #waits = new Map<string, OpenWait>();

  get(name: string): OpenWait | undefined {
    return this.#waits.get(name);
  }

  set(wait: OpenWait): void {
    this.#waits.set(wait.name, wait);
  }

  /** It has ended. Of those that an event does not name the rest of their time says enough. */
  end(name: string): void {
    this.#waits.delete(name);
  }

  /** Those whose time is not over; the others are forgotten. */
  current(nowMs: number): OpenWait[] {
    for (const [name, { untilMs }] of this.#waits) if (untilMs <= nowMs) this.#waits.delete(name);
    return [...this.#waits.values()];
  }

  get size(): number {
    return this.#waits.size;
  }
}
