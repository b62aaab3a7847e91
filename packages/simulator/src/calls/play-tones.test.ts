import { type Clock, TONES, type Tone } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import { describe, expect, test } from "vitest";
import { ScaledClock } from "../schema/scaled-clock.ts";
import { playTones } from "./play-tones.ts";

/** Plays two tones with 300 ms between them. `events` grows while they are played. */
function play(clock: Clock, speed = 1): { events: string[]; stop: () => void } {
  const events: string[] = [];
  const stop = playTones(new ScaledClock(clock, speed), {
    tones: ["tone1", "tone2"],
    delayBetweenTonesMs: 300,
    onTone: (tone) => events.push(`${tone} ${clock.now()}`),
    onFinished: () => events.push(`finished ${clock.now()}`),
  });
  return { events, stop };
}

test("reports each tone at its end, and the end of the last tone as the end of all", async () => {
  const clock = createManualClock(0);
  const { events } = play(clock);
  await clock.advance(10_000);
  expect(events).toEqual(["tone1 100", "tone2 500", "finished 500"]);
});

test("the speed divides tones and delays, also to fractions of a millisecond", async () => {
  const clock = createManualClock(0);
  const { events } = play(clock, 1000);
  await clock.advance(1);
  expect(events).toEqual(["tone1 0.1", "tone2 0.5", "finished 0.5"]);
});

test("an empty list of tones finishes as soon as possible, but never synchronously", async () => {
  const clock = createManualClock(0);
  const events: string[] = [];
  playTones(new ScaledClock(clock, 1), {
    tones: [],
    delayBetweenTonesMs: 1000,
    onTone: () => events.push("heard"),
    onFinished: () => events.push("finished"),
  });
  expect(events).toEqual([]);
  await clock.advance(0);
  expect(events).toEqual(["finished"]);
});

test("stopping leaves no timer", async () => {
  const clock = createManualClock(0);
  const { events, stop } = play(clock);
  await clock.advance(200);
  stop();
  expect(clock.pending).toBe(0);
  expect(events).toEqual(["tone1 100"]);
});

describe("a timer that fires late", () => {
  /** A clock whose timers fire one second late, as they can on a busy machine. */
  function createLateClock(): Clock & { fire(): boolean } {
    let nowMs = 0;
    let due: { atMs: number; callback: () => void } | undefined;
    return {
      now: () => nowMs,
      after(delayMs, callback) {
        due = { atMs: nowMs + delayMs + 1000, callback };
        return { unref() {}, cancel: () => (due = undefined) };
      },
      fire() {
        const fired = due;
        due = undefined;
        if (fired) nowMs = fired.atMs;
        fired?.callback();
        return fired !== undefined;
      },
    };
  }

  test("reports all tones that have ended by then", () => {
    const clock = createLateClock();
    const { events } = play(clock);
    expect(clock.fire()).toBe(true);
    expect(events).toEqual(["tone1 1100", "tone2 1100", "finished 1100"]);
    expect(clock.fire()).toBe(false);
  });

  test("reports no tone after the one at which playing is stopped", () => {
    const clock = createLateClock();
    const heard: Tone[] = [];
    const stop = playTones(new ScaledClock(clock, 1), {
      tones: TONES,
      delayBetweenTonesMs: 0,
      onTone(tone) {
        heard.push(tone);
        if (tone === "tone2") stop();
      },
      onFinished: () => expect.unreachable(),
    });
    while (clock.fire()) expect(heard.length).toBeLessThan(TONES.length);
    expect(heard).toEqual(["tone0", "tone1", "tone2"]);
  });
});
