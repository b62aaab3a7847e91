import type { OperationKey } from "@graph-dtmf/models";
import type { CallKeys } from "./keys.ts";

/** A wait with its names in Redis. */
export interface NamedWait {
  key: OperationKey;
  /** The name of its key, unique for each wait. */
  name: string;
  /** The keys of its call. */
  keys: CallKeys;
}

/** An open wait of this instance. */
export interface OpenWait extends NamedWait {
  /** When it was opened and when it ends, in milliseconds since 1970 by this instance's clock. */
  sinceMs: number;
  untilMs: number;
  operationId: string;
  /** Whether it was never registered. Data under its key in Redis then belongs to an earlier wait. */
  isNew: boolean;
}

/** The open waits of this instance by the names of their keys. */
export class OpenWaits {
  readonly #waits = new Map<string, OpenWait>();

  get(name: string): OpenWait | undefined {
    return this.#waits.get(name);
  }

  set(wait: OpenWait): void {
    this.#waits.set(wait.name, wait);
  }

  /** Removes a wait that has ended. */
  delete(name: string): void {
    this.#waits.delete(name);
  }

  /** The waits before their deadline. Removes all others. */
  active(nowMs: number): OpenWait[] {
    for (const [name, { untilMs }] of this.#waits) if (untilMs <= nowMs) this.#waits.delete(name);
    return [...this.#waits.values()];
  }

  get size(): number {
    return this.#waits.size;
  }
}
