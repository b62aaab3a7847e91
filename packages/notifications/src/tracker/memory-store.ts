import {
  type Clock,
  type OperationOutcome,
  type OperationStore,
  type StoredEvent,
  systemClock,
} from "@graph-dtmf/models";
import { Recent } from "../collections/recent.ts";
import { eventId, keyOf } from "./operation-key.ts";

const DEDUPE_WINDOW_MS = 10 * 60_000;
const RESULT_TTL_MS = 24 * 3_600_000;
/** Results, and events for recognising repetitions, that are remembered; the oldest go first. */
const MOST_REMEMBERED = 10_000;

// Memory answers at once, and always one of the same.
const NEW = Promise.resolve("new" as const);
const SEEN = Promise.resolve("seen" as const);

/**
 * The store of a single process: what is kept in it dies with the process.
 *
 * It remembers the last 10,000 results, for 24 hours.
 */
export function createMemoryOperationStore({ clock = systemClock }: { clock?: Clock } = {}): OperationStore {
  const results = new Recent<OperationOutcome>({ clock, windowMs: RESULT_TTL_MS, most: MOST_REMEMBERED });
  const seen = new Recent<true>({ clock, windowMs: DEDUPE_WINDOW_MS, most: MOST_REMEMBERED });
  const listeners = new Set<(event: StoredEvent) => void>();

  return {
    async open(key, deadlineAt, options) {
      // Nobody else can still ask for an earlier life's result here, so ignoring it is forgetting it.
      if (!options?.resume) results.delete(keyOf(key));
      return deadlineAt;
    },
    put(event) {
      const id = eventId(event);
      if (id !== undefined) {
        if (seen.get(id)) return SEEN;
        seen.set(id, true);
      }
      if (event.type === "completion" && event.clientContext !== undefined) {
        results.set(keyOf({ callId: event.callId, clientContext: event.clientContext }), event.outcome);
      }
      for (const heard of listeners) heard(event);
      return NEW;
    },
    async read(key) {
      return results.get(keyOf(key));
    },
    listen(heard) {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
    async close() {
      listeners.clear();
    },
  };
}
