import { outcomeOf } from "@graph-dtmf/models";
import { createOperationTracker, type OperationTracker } from "@graph-dtmf/notifications";
import { report } from "./report.ts";
import { costRatio, measureMs, median, runInterleaved } from "./rounds.ts";
import { benchmarkCollisions } from "./tracker-collisions.ts";
import { type BenchmarkOperation, createOperations, createWait } from "./tracker-operations.ts";

/** Compares the operation tracker with a `Map` that has one timer for each wait. */
export async function benchmarkTracker(): Promise<void> {
  await benchmarkThroughput(1_000, 400);
  await benchmarkThroughput(100_000, 7);
  await benchmarkLookup();
  await benchmarkCollisions();
  benchmarkMemory();
}

function beginWaits(tracker: OperationTracker, operations: readonly BenchmarkOperation[]): void {
  for (const { wait, response } of operations) tracker.expect(wait).accepted(response);
}

async function benchmarkThroughput(pending: number, rounds: number): Promise<void> {
  const [ours, map] = await runInterleaved(
    [
      {
        name: "tracker",
        async round() {
          const operations = createOperations(pending);
          const tracker = createOperationTracker();
          const ms = await measureMs(async () => {
            beginWaits(tracker, operations);
            for (const { notification } of operations) await tracker.apply(notification);
          });
          await tracker.close();
          return ms;
        },
      },
      {
        name: "Map and setTimeout",
        round() {
          const operations = createOperations(pending);
          return measureMs(() => waitWithMap(operations));
        },
      },
    ],
    rounds,
  );
  report(`${pending.toLocaleString("en")} pending operations: our throughput divided by that of`, [
    { name: "a Map with one setTimeout per wait", ratio: costRatio(map, ours), atLeast: 1 },
  ]);
}

/** Minimal waits: without deduplication, store and ends of calls. Timeouts start at the response, as in the tracker. */
async function waitWithMap(operations: readonly BenchmarkOperation[]): Promise<void> {
  const waits = new Map<string, { resolve(outcome: unknown): void; timer: NodeJS.Timeout }>();
  for (const { wait } of operations) {
    const key = `${wait.callId} ${wait.clientContext}`;
    void new Promise((resolve) => {
      const timer = setTimeout(() => resolve("timedOut"), 30_000);
      timer.unref();
      waits.set(key, { resolve, timer });
      // The response restarts the timeout.
      timer.refresh();
    });
  }
  for (const { notification } of operations) {
    const key = `${notification.callId} ${notification.operation.clientContext}`;
    const wait = waits.get(key);
    if (!wait) continue;
    waits.delete(key);
    clearTimeout(wait.timer);
    // The loop over the tracker awaits too.
    await wait.resolve(outcomeOf(notification.operation));
  }
}

async function benchmarkLookup(): Promise<void> {
  const medianWith = async (otherWaits: number): Promise<number> => {
    const times: number[] = [];
    const tracker = createOperationTracker();
    beginWaits(tracker, createOperations(otherWaits));
    for (const { wait, notification } of createOperations(20_000, otherWaits)) {
      tracker.expect(wait);
      const startMs = performance.now();
      await tracker.apply(notification);
      times.push(performance.now() - startMs);
    }
    await tracker.close();
    return median(times);
  };
  await medianWith(0);
  const [without, withMany] = [await medianWith(0), await medianWith(10_000)];
  report("Time to apply a notification with 10,000 other waits", [
    { name: "divided by the time without other waits", ratio: withMany / without, atMost: 3 },
  ]);
}

function benchmarkMemory(): void {
  const count = 200_000;
  const waits = Array.from({ length: count }, (_, n) => createWait(n));
  const tracker = createOperationTracker();
  const before = heapBytes();
  for (const wait of waits) tracker.expect(wait).deliveryUnknown();
  const bytes = (heapBytes() - before) / waits.length;
  report("Heap bytes of a pending operation, without its key", [
    { name: `with ${count.toLocaleString("en")} pending operations`, ratio: bytes, atMost: 600 },
  ]);
  void tracker.close();
}

function heapBytes(): number {
  if (!globalThis.gc) throw new Error("expected the node option --expose-gc");
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
