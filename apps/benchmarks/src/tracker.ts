import { outcomeOf } from "@graph-dtmf/models";
import { createOperationTracker, type OperationNotification, type OperationTracker } from "@graph-dtmf/notifications";
import { report } from "./report.ts";
import { inTurns, median, timed, timesAsLong } from "./rounds.ts";

/** What is asked for, and what Graph says of it. */
interface Operation {
  wait: { callId: string; clientContext: string };
  answer: { id: string; status: string };
  end: OperationNotification;
}

/** As many as that, on 1,000 calls. Ids are as long as Graph's, and each is a text of its own, as off the wire. */
function operationsOf(count: number, first = 0): Operation[] {
  return Array.from({ length: count }, (_, index): Operation => {
    const n = first + index;
    const wait = waitOf(n);
    const id = guidOf(2_000_000 + n);
    const operation = {
      "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
      id,
      clientContext: wait.clientContext,
      status: "completed",
      completionReason: "completedSuccessfully",
    };
    const about = { callId: wait.callId, operationId: id, changeType: "deleted" };
    const end: OperationNotification = { kind: "operation", ...about, operation, raw: null };
    return offTheWire({ wait, answer: { id, status: "running" }, end });
  });
}

function waitOf(n: number): Operation["wait"] {
  return { callId: guidOf(n % 1_000), clientContext: guidOf(1_000_000 + n) };
}

function offTheWire<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

function guidOf(n: number): string {
  return `${n.toString(16).padStart(8, "0")}-983e-4276-9b59-c1b30ec8d125`;
}

function begin(tracker: OperationTracker, operations: readonly Operation[]): void {
  for (const { wait, answer } of operations) tracker.expect(wait).accepted(answer);
}

/** Waits begun and settled: the tracker against what one would write first, a Map and a timer each. */
export async function benchmarkTracker(): Promise<void> {
  await benchmarkRate(1_000, 400);
  await benchmarkRate(100_000, 7);
  await benchmarkLookup();
  benchmarkMemory();
}

async function benchmarkRate(pending: number, rounds: number): Promise<void> {
  const [ours, plain] = await inTurns(
    [
      {
        name: "tracker",
        async round() {
          const operations = operationsOf(pending);
          const tracker = createOperationTracker();
          const ms = await timed(async () => {
            begin(tracker, operations);
            for (const { end } of operations) await tracker.apply(end);
          });
          await tracker.close();
          return ms;
        },
      },
      {
        name: "Map and setTimeout",
        round() {
          const operations = operationsOf(pending);
          return timed(() => plainWaits(operations));
        },
      },
    ],
    rounds,
  );
  report(`${pending.toLocaleString("en")} pending: our rate, as a multiple of a Map with a setTimeout each`, [
    { what: "begin, accept and settle", ratio: timesAsLong(plain, ours), atLeast: 1 },
  ]);
}

/** No dedupe, no store, no end of calls: the least that waits, with a deadline that is counted from the answer. */
async function plainWaits(operations: readonly Operation[]): Promise<void> {
  const waits = new Map<string, { resolve(outcome: unknown): void; timer: NodeJS.Timeout }>();
  for (const { wait } of operations) {
    const key = `${wait.callId} ${wait.clientContext}`;
    void new Promise((resolve) => {
      const timer = setTimeout(() => resolve("timedOut"), 30_000);
      timer.unref();
      waits.set(key, { resolve, timer });
      // Its answer has come.
      timer.refresh();
    });
  }
  for (const { end } of operations) {
    const key = `${end.callId} ${end.operation.clientContext}`;
    const wait = waits.get(key);
    if (!wait) continue;
    waits.delete(key);
    clearTimeout(wait.timer);
    // The tracker's caller awaits too.
    await wait.resolve(outcomeOf(end.operation));
  }
}

async function benchmarkLookup(): Promise<void> {
  const among = async (others: number): Promise<number> => {
    const times: number[] = [];
    const tracker = createOperationTracker();
    begin(tracker, operationsOf(others));
    for (const { wait, end } of operationsOf(20_000, others)) {
      tracker.expect(wait);
      const startMs = performance.now();
      await tracker.apply(end);
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
  const waits = Array.from({ length: count }, (_, n) => offTheWire(waitOf(n)));
  const tracker = createOperationTracker();
  const before = heap();
  for (const wait of waits) tracker.expect(wait).deliveryUnknown();
  const bytes = (heap() - before) / waits.length;
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
