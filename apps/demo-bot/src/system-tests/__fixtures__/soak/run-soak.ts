import { type Account, accountFor } from "./check-sends.ts";
import { createDice } from "./seeded-random.ts";
import { openWorld } from "./test-bed.ts";
import { type Diary, live } from "./workload.ts";

/** What is known once it is over. */
export interface Soaked {
  accounts: Account[];
  calls: Diary["calls"];
  /** Why notifications reached nobody, and how often. */
  undelivered: Record<string, number>;
  /** Operations that are still expected when every send has been told of. */
  pending: number;
  /** Timers that nobody has cancelled when all is closed. */
  timers: number;
}

const START_MS = 1_700_000_000_000;

/** Lets a bot live for so many hours of its own time. The same seed throws the same faults at it. */
export async function soak({ hours, seed }: { hours: number; seed: number }): Promise<Soaked> {
  const world = await openWorld(START_MS);
  const { clock, simulator, operations } = world;
  let isOver = false;
  const life = live({ world, dice: createDice(seed), untilMs: START_MS + hours * 3_600_000 }).finally(() => {
    isOver = true;
  });
  await clock.run(Number.POSITIVE_INFINITY, () => !isOver);
  if (!isOver) throw new Error("somebody waits without end: no timer is left that could end it");
  const { sends, calls } = await life;
  const accounts = accountFor(sends, simulator);
  const undelivered: Record<string, number> = {};
  for (const { reason } of simulator.undelivered) undelivered[reason] = (undelivered[reason] ?? 0) + 1;
  const { pending } = operations;
  await world.close();
  return { accounts, calls, undelivered, pending, timers: clock.pending };
}
