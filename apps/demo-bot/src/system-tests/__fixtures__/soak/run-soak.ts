import { type CheckedSend, checkSends } from "./check-sends.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { openTestBed } from "./test-bed.ts";
import { runWorkload, type WorkloadLog } from "./workload.ts";

/** The result of a soak run. */
export interface SoakResult {
  sends: CheckedSend[];
  calls: WorkloadLog["calls"];
  /** The number of undelivered notifications for each reason. */
  undelivered: Record<string, number>;
  /** The number of operations that are still pending after every send has its outcome. */
  pending: number;
  /** The number of timers that are still active after everything is closed. */
  timers: number;
}

const START_MS = 1_700_000_000_000;

/** Runs a workload for the given hours of simulated time. The same seed injects the same faults. */
export async function runSoak({ hours, seed }: { hours: number; seed: number }): Promise<SoakResult> {
  const testBed = await openTestBed(START_MS);
  const { clock, simulator, operations } = testBed;
  let isDone = false;
  const running = runWorkload({ testBed, random: createSeededRandom(seed) }, START_MS + hours * 3_600_000).finally(
    () => {
      isDone = true;
    },
  );
  await clock.run(Number.POSITIVE_INFINITY, () => !isDone);
  if (!isDone) throw new Error("the workload is still waiting, but no timer is left");
  const log = await running;
  const sends = checkSends(log.sends, simulator);
  const undelivered: Record<string, number> = {};
  for (const { reason } of simulator.undelivered) undelivered[reason] = (undelivered[reason] ?? 0) + 1;
  const { pending } = operations;
  await testBed.close();
  return { sends, calls: log.calls, undelivered, pending, timers: clock.pending };
}
