import {
  type Clock,
  type OperationOutcome,
  type OperationStore,
  type StoredEvent,
  systemClock,
} from "@graph-dtmf/models";
import { BoundedMap } from "../collections/bounded-map.ts";
import { eventKey, operationKey } from "./store-event.ts";

const DEDUPLICATION_MS = 10 * 60_000;
const OUTCOME_TTL_MS = 24 * 3_600_000;
/** The maximum number of outcomes, and of events for deduplication. */
const MAX_SIZE = 10_000;

const NEW = Promise.resolve("new" as const);
const SEEN = Promise.resolve("seen" as const);

/**
 * The store of a single process. Its content is lost when the process ends.
 *
 * It keeps the last 10,000 outcomes, for 24 hours.
 */
export function createMemoryOperationStore({ clock = systemClock }: { clock?: Clock } = {}): OperationStore {
  const outcomes = new BoundedMap<OperationOutcome>({ maxSize: MAX_SIZE, maxAge: { ms: OUTCOME_TTL_MS, clock } });
  const seen = new BoundedMap<true>({ maxSize: MAX_SIZE, maxAge: { ms: DEDUPLICATION_MS, clock } });
  const listeners = new Set<(event: StoredEvent) => void>();

  return {
    async open(key, deadlineAt, options) {
      // A new wait ignores earlier outcomes, and no other instance can need them.
      if (!options?.resume) outcomes.delete(operationKey(key));
      return deadlineAt;
    },
    put(event) {
      const key = eventKey(event);
      if (key !== undefined) {
        if (seen.get(key)) return SEEN;
        seen.set(key, true);
      }
      if (event.type === "completion" && event.clientContext !== undefined) {
        outcomes.set(operationKey({ callId: event.callId, clientContext: event.clientContext }), event.outcome);
      }
      for (const listener of listeners) listener(event);
      return NEW;
    },
    async read(key) {
      return outcomes.get(operationKey(key));
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      listeners.clear();
    },
  };
}
