import { createManualClock } from "@graph-dtmf/models/testing";
import { expect, test } from "vitest";
import { ScaledClock } from "./scaled-clock.ts";

test("calls back as soon as possible for a time in the past, but never synchronously", async () => {
  const clock = createManualClock(1000);
  const scaledClock = new ScaledClock(clock, 1);
  const events: string[] = [];
  scaledClock.schedule(500, () => events.push("fired"));
  expect(events).toEqual([]);
  await clock.advance(0);
  expect(events).toEqual(["fired"]);
});

test("stop cancels all timers, and later timers never fire", async () => {
  const clock = createManualClock();
  const scaledClock = new ScaledClock(clock, 1);
  const events: string[] = [];
  scaledClock.schedule(clock.now() + 1, () => events.push("before"));
  scaledClock.stop();
  scaledClock.schedule(clock.now() + 1, () => events.push("after"));
  expect(clock.pending).toBe(0);
  await clock.advance(1000);
  expect(events).toEqual([]);
});
