import type { Clock } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import { expect, test } from "vitest";
import { CallProgress } from "./call-progress.ts";
import { keepAlive } from "./keep-alive.ts";

function start(random: number, life = new CallProgress()) {
  const manual = createManualClock();
  let unrefs = 0;
  const clock: Clock = {
    now: manual.now,
    after(delayMs, callback) {
      const timer = manual.after(delayMs, callback);
      return { ...timer, unref: () => unrefs++ };
    },
  };
  let asked = 0;
  const stop = keepAlive({
    clock,
    progress: life,
    random: () => random,
    isOverdue: false,
    acquire: async () => true,
    onEnd() {},
    keepAlive: async () => void asked++,
    onError() {},
  });
  return {
    manual,
    life,
    stop,
    get asked() {
      return asked;
    },
    get unrefs() {
      return unrefs;
    },
  };
}

test.each([
  [0, 15 * 60_000],
  [1, 13.5 * 60_000],
])("with the random number %d it waits %d ms each time", async (random, ms) => {
  const kept = start(random);
  await kept.manual.advance(ms - 1);
  expect(kept.asked).toBe(0);
  await kept.manual.advance(1);
  expect(kept.asked).toBe(1);
  await kept.manual.advance(ms);
  expect(kept.asked).toBe(2);
});

test("its timers do not keep the process alive", async () => {
  const kept = start(0);
  await kept.manual.advance(30 * 60_000);
  expect(kept.unrefs).toBe(3);
});

test("does not start for a call that has ended", async () => {
  const kept = start(0);
  kept.life.end(undefined);
  expect(kept.manual.pending).toBe(0);
  expect(start(0, kept.life).manual.pending).toBe(0);
});
