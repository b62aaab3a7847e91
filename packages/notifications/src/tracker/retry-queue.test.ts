import { createManualClock } from "@graph-dtmf/models/testing";
import { expect, test } from "vitest";
import { TimerWheel } from "../collections/timer-wheel.ts";
import { RetryQueue } from "./retry-queue.ts";

function start() {
  const clock = createManualClock();
  const tasks = new RetryQueue({ content: "tests", clock, timerWheel: new TimerWheel(clock), maxSize: 10 });
  return { clock, tasks };
}

const never = (): Promise<never> => Promise.reject(new Error("never"));

test("does not block other tasks with a task that always fails", async () => {
  const { clock, tasks } = start();
  let isAway = true;
  const done: string[] = [];
  const task = (id: string) => ({ id, run: async () => (isAway ? never() : done.push(id)) });
  const failing = [tasks.run({ id: "poison", run: never }), tasks.run(task("first")), tasks.run(task("second"))];
  await Promise.allSettled(failing);
  isAway = false;
  await clock.advance(10_000);
  expect([done, tasks.size]).toEqual([["first", "second"], 1]);
  tasks.remove("poison");
  await tasks.close();
  expect(clock.pending).toBe(0);
});

test("retries with backoff, at most every 8 s", async () => {
  const { clock, tasks } = start();
  const attemptsMs: number[] = [];
  const startMs = clock.now();
  const run = (): Promise<never> => {
    attemptsMs.push(clock.now() - startMs);
    return never();
  };
  await tasks.run({ id: "task", run }).catch(() => {});
  await clock.advance(40_000);
  expect(attemptsMs).toEqual([0, 250, 750, 1_750, 3_750, 7_750, 15_750, 23_750, 31_750, 39_750]);
});

test("retries only the later of two tasks with one id", async () => {
  const { clock, tasks } = start();
  let isAway = true;
  const done: string[] = [];
  for (const what of ["earlier", "later"]) {
    await tasks.run({ id: "task", run: async () => (isAway ? never() : done.push(what)) }).catch(() => {});
  }
  isAway = false;
  await clock.advance(1_000);
  expect([done, tasks.size, clock.pending]).toEqual([["later"], 0, 0]);
});
