import { createOperationTracker, type OperationNotification, type OperationTracker } from "@graph-dtmf/notifications";
import { report } from "./report.ts";
import { inTurns, median, timed } from "./rounds.ts";

const contextOf = (n: number): string => `context-${n}`;
const callOf = (n: number): string => `call-${n % 1_000}`;

function endOf(n: number): OperationNotification {
  const id = `operation-${n}`;
  const operation = {
    "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
    id,
    clientContext: contextOf(n),
    status: "completed",
    completionReason: "completedSuccessfully",
  };
  return { kind: "operation", callId: callOf(n), operationId: id, changeType: "deleted", operation, raw: undefined };
}

function fill(tracker: OperationTracker, count: number): void {
  for (let n = 0; n < count; n++) {
    tracker
      .expect({ callId: callOf(n), clientContext: contextOf(n) })
      .accepted({ id: `operation-${n}`, status: "running" });
  }
}

/** Waits begun and settled: the tracker against what one would write first, a Map and a timer each. */
export async function benchmarkTracker(): Promise<void> {
  await benchmarkRate(1_000, 60);
  await benchmarkRate(100_000, 5);
  await benchmarkLookup();
  benchmarkMemory();
}

async function benchmarkRate(pending: number, rounds: number): Promise<void> {
  const ends = Array.from({ length: pending }, (_, n) => endOf(n));
  const [ours, plain] = await inTurns(
    [
      {
        name: "tracker",
        async round() {
          const tracker = createOperationTracker();
          const ms = await timed(async () => {
            fill(tracker, pending);
            for (const end of ends) await tracker.hear(end);
          });
          await tracker.close();
          return ms;
        },
      },
      { name: "Map and setTimeout", round: () => timed(() => plainWaits(pending, ends)) },
    ],
    rounds,
  );
  report(`${pending.toLocaleString("en")} pending: our rate, as a multiple of a Map with a setTimeout each`, [
    { what: "begin, accept and settle", ratio: (plain?.medianMs ?? 0) / (ours?.medianMs ?? 1), atLeast: 1 },
  ]);
}

/** No dedupe, no store, no end of calls, no deadline that moves: the least that waits. */
async function plainWaits(pending: number, ends: readonly OperationNotification[]): Promise<void> {
  const waits = new Map<string, { resolve(outcome: unknown): void; timer: NodeJS.Timeout }>();
  for (let n = 0; n < pending; n++) {
    const key = `${callOf(n)} ${contextOf(n)}`;
    void new Promise((resolve) => {
      const timer = setTimeout(() => resolve("timedOut"), 30_000);
      timer.unref();
      waits.set(key, { resolve, timer });
    });
  }
  for (const { callId, operation } of ends) {
    const key = `${callId} ${operation.clientContext}`;
    const wait = waits.get(key);
    if (!wait) continue;
    waits.delete(key);
    clearTimeout(wait.timer);
    // The tracker's caller awaits too.
    await wait.resolve(operation);
  }
}

async function benchmarkLookup(): Promise<void> {
  const among = async (others: number): Promise<number> => {
    const times: number[] = [];
    const tracker = createOperationTracker();
    fill(tracker, others);
    for (let n = others; n < others + 20_000; n++) {
      tracker.expect({ callId: callOf(n), clientContext: contextOf(n) });
      const end = endOf(n);
      const startMs = performance.now();
      await tracker.hear(end);
      times.push(performance.now() - startMs);
    }
    await tracker.close();
    return median(times);
  };
  await among(0);
  const [alone, many] = [await among(0), await among(10_000)];
  report("An event among 10,000 waits, as a multiple of its cost among none", [
    { what: "hear", ratio: many / alone, atMost: 3 },
  ]);
}

function benchmarkMemory(): void {
  const count = 200_000;
  const keys = Array.from({ length: count }, (_, n) => [callOf(n), contextOf(n)] as const);
  const tracker = createOperationTracker();
  const before = heap();
  for (const [callId, clientContext] of keys) tracker.expect({ callId, clientContext }).unknown();
  const bytes = (heap() - before) / count;
  report("Bytes a pending entry, besides its key", [
    { what: `of ${count.toLocaleString("en")}`, ratio: bytes, atMost: 600 },
  ]);
  void tracker.close();
}

function heap(): number {
  if (!globalThis.gc) throw new Error("run with --expose-gc");
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
