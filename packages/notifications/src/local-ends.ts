import type { Clock, OperationOutcome, StoredEvent } from "@graph-dtmf/models";
import type { PendingEntry } from "./pending-entry.ts";
import { RecentInCalls } from "./recent-in-calls.ts";
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
  readonly #results: RecentInCalls<OperationOutcome>;

  constructor(clock: Clock) {
    this.#results = new RecentInCalls({ clock, windowMs: RESULT_TTL_MS, most: MOST_RESULTS });
  }

  keep(event: StoredEvent, end: HeardEnd): Promise<"new" | "seen"> {
    end.isKept = true;
    if (event.type === "completion" && event.clientContext !== undefined) {
      this.#results.set(event.callId, event.clientContext, event.outcome);
    }
    return NEW;
  }

  register(entry: PendingEntry, _untilMs: number, { goesOn = false }: { goesOn?: boolean } = {}): void {
    if (!goesOn && !entry.isFresh) this.#results.delete(entry.call.id, entry.clientContext);
  }

  takeUp(entry: PendingEntry): void {
    const outcome = this.#results.get(entry.call.id, entry.clientContext);
    if (outcome) entry.take(outcome);
  }

  forget(): void {}

  async close(): Promise<void> {}
}
