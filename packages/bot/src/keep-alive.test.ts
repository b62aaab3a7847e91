import type { Clock } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import { expect, test } from "vitest";
import { CallLife } from "./call-life.ts";
import { keepAlive } from "./keep-alive.ts";

function start(random: number, life = new CallLife()) {
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
    life,
    random: () => random,
    isOverdue: false,
    isOurs: async () => true,
    over() {},
    keepAlive: async () => void asked++,
    failed() {},
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
])("with a chance of %d it waits %d ms each time", async (random, ms) => {
  const kept = start(random);
  await kept.manual.advance(ms - 1);
  expect(kept.asked).toBe(0);
  await kept.manual.advance(1);
  expect(kept.asked).toBe(1);
  await kept.manual.advance(ms);
  expect(kept.asked).toBe(2);
});

test("each of its timers lets the process end", async () => {
  const kept = start(0);
  await kept.manual.advance(30 * 60_000);
  expect(kept.unrefs).toBe(3);
});

test("a call that is over is kept no longer", async () => {
  const kept = start(0);
  kept.life.end(undefined);
  expect(kept.manual.pending).toBe(0);
  expect(start(0, kept.life).manual.pending).toBe(0);
});
