import type { Clock } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import { expect, test } from "vitest";
import { CallProgress } from "./call-progress.ts";
import { startKeepAlive } from "./keep-alive.ts";

function start(random: number, progress = new CallProgress()) {
  const manual = createManualClock();
  let unrefs = 0;
  const clock: Clock = {
    now: manual.now,
    after(delayMs, callback) {
      const timer = manual.after(delayMs, callback);
      return { ...timer, unref: () => unrefs++ };
    },
  };
  let sentCount = 0;
  const stop = startKeepAlive({
    clock,
    progress,
    random: () => random,
    isOverdue: false,
    acquire: async () => true,
    onEnd() {},
    sendKeepAlive: async () => void sentCount++,
    onError() {},
  });
  return {
    manual,
    progress,
    stop,
    get sentCount() {
      return sentCount;
    },
    get unrefs() {
      return unrefs;
    },
  };
}

test.each([
  [0, 15 * 60_000],
  [1, 13.5 * 60_000],
])("with the random number %d, sends every %d ms", async (random, ms) => {
  const fixture = start(random);
  await fixture.manual.advance(ms - 1);
  expect(fixture.sentCount).toBe(0);
  await fixture.manual.advance(1);
  expect(fixture.sentCount).toBe(1);
  await fixture.manual.advance(ms);
  expect(fixture.sentCount).toBe(2);
});

test("its timers do not keep the process alive", async () => {
  const fixture = start(0);
  await fixture.manual.advance(30 * 60_000);
  expect(fixture.unrefs).toBe(3);
});

test("does not start for a call that has ended", async () => {
  const fixture = start(0);
  fixture.progress.end(undefined);
  expect(fixture.manual.pending).toBe(0);
  expect(start(0, fixture.progress).manual.pending).toBe(0);
});
