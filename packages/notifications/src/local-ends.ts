import type { Clock, OperationOutcome, StoredEvent } from "@graph-dtmf/models";
import { waitKey } from "./operation-key.ts";
import type { PendingEntry } from "./pending-entry.ts";
import { Recent } from "./recent.ts";
import type { EndKeeper, HeardEnd } from "./store-link.ts";

const RESULT_TTL_MS = 24 * 3_600_000;
const MOST_RESULTS = 10_000;
const NEW = Promise.resolve("new" as const);

/**
 * Keeps ends where there is no store to share them through: for whoever takes up a wait of this process again. It needs
 * no time, so that nothing waits for it; it does what the memory store does.
 */
export class LocalEnds implements EndKeeper {
  readonly unkept = 0;
  readonly lost = 0;
  readonly #results: Recent<OperationOutcome>;

  constructor(clock: Clock) {
    this.#results = new Recent({ clock, windowMs: RESULT_TTL_MS, most: MOST_RESULTS });
  }

  keep(event: StoredEvent, end: HeardEnd, key?: string): Promise<"new" | "seen"> {
    end.isKept = true;
    if (event.type === "completion" && event.clientContext !== undefined) {
      this.#results.set(key ?? waitKey(event.callId, event.clientContext), event.outcome);
    }
    return NEW;
  }

  register(entry: PendingEntry, _untilMs: number, { goesOn = false }: { goesOn?: boolean } = {}): void {
    if (!goesOn && !entry.isFresh) this.#results.delete(entry.key);
  }

  takeUp(entry: PendingEntry): void {
    const outcome = this.#results.get(entry.key);
    if (outcome) entry.take(outcome);
  }

  forget(): void {}

  async close(): Promise<void> {}
}
