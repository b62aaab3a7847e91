import { randomUUID } from "node:crypto";
import { createOperationTracker, type OperationNotification } from "@graph-dtmf/notifications";
import { report } from "./report.ts";
import { costRatio, runInterleaved } from "./rounds.ts";
import { createNotification, createWait } from "./tracker-operations.ts";

/** The limit of a round, so that slow lookups cannot delay the benchmark for minutes. */
const ROUND_LIMIT_MS = 500;
/** The limit is checked after each so many notifications. */
const CHECK_INTERVAL = 250;

/**
 * Compares ids that an attacker could choose with random ids.
 *
 * The chosen ids have the same first and last 8 characters. An index that hashed only these characters had to search up
 * to 10,000 completed operations for each notification. A `Map` hashes the whole id with a random seed.
 */
export async function benchmarkCollisions(): Promise<void> {
  for (const [count, rounds] of [
    [5_000, 25],
    [50_000, 7],
  ] as const) {
    const [colliding, random] = await runInterleaved(
      [candidateOf("colliding ids", count, collidingId), candidateOf("random ids", count, () => randomUUID())],
      rounds,
    );
    report(
      `${count.toLocaleString("en")} notifications without a wait: cost per notification, divided by that of random ids`,
      [
        {
          name: "ids that collide in a hash of their first and last 8 characters",
          ratio: costRatio(colliding, random),
          atMost: 1.2,
        },
      ],
    );
  }
}

function candidateOf(name: string, count: number, idOf: (n: number) => string) {
  return {
    name,
    round() {
      const notifications = Array.from({ length: count }, (_, n) => createNotification(createWait(n), idOf(n)));
      return timePerNotification(notifications);
    },
  };
}

/** An id that differs from others only between the first and the last 8 characters. */
function collidingId(n: number): string {
  const middle = n.toString(16).padStart(8, "0");
  return `d36fe651-${middle.slice(0, 4)}-${middle.slice(4)}-bd4b-1e6415eae448`;
}

async function timePerNotification(notifications: readonly OperationNotification[]): Promise<number> {
  const tracker = createOperationTracker();
  const startMs = performance.now();
  let applied = 0;
  for (const notification of notifications) {
    await tracker.apply(notification);
    applied++;
    if (applied % CHECK_INTERVAL === 0 && performance.now() - startMs > ROUND_LIMIT_MS) break;
  }
  const elapsedMs = performance.now() - startMs;
  await tracker.close();
  return elapsedMs / applied;
}
