import { createManualClock } from "@graph-dtmf/models/testing";
import { expect, test } from "vitest";
import { ScaledClock } from "./scaled-clock.ts";

test("what was due in the past happens at once, but not before the caller goes on", async () => {
  const clock = createManualClock(1000);
  const scaledClock = new ScaledClock(clock, 1);
  const events: string[] = [];
  scaledClock.schedule(500, () => events.push("happened"));
  expect(events).toEqual([]);
  await clock.advance(0);
  expect(events).toEqual(["happened"]);
});

test("after stop, nothing happens that was to, and nothing new is taken", async () => {
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
