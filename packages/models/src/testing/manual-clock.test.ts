import { describe, expect, expectTypeOf, it, vi } from "vitest";
import type { Clock } from "../clock.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";

describe("createManualClock", () => {
  it("starts at the given time", () => {
    expect(createManualClock(42).now()).toBe(42);
  });

  it("stands still until it is moved", async () => {
    const clock = createManualClock(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.now()).toBe(0);
  });

  it("moves by the given duration", async () => {
    const clock = createManualClock(0);
    await clock.advance(1500);
    expect(clock.now()).toBe(1500);
  });

  it("runs a timer that is due at exactly this millisecond", async () => {
    const clock = createManualClock(0);
    const callback = vi.fn();
    clock.after(1000, callback);
    await clock.advance(1000);
    expect(callback).toHaveBeenCalledOnce();
  });

  it("does not run a timer before it is due", async () => {
    const clock = createManualClock(0);
    const callback = vi.fn();
    clock.after(1000, callback);
    await clock.advance(999);
    expect(callback).not.toHaveBeenCalled();
  });

  it("runs a timer once", async () => {
    const clock = createManualClock(0);
    const callback = vi.fn();
    clock.after(1, callback);
    await clock.advance(1);
    await clock.advance(10);
    expect(callback).toHaveBeenCalledOnce();
  });

  it("shows each timer its due time", async () => {
    const clock = createManualClock(0);
    const seen: number[] = [];
    for (const delayMs of [30, 10, 20]) clock.after(delayMs, () => seen.push(clock.now()));
    await clock.advance(100);
    expect(seen).toEqual([10, 20, 30]);
  });

  it("runs timers that are due together in the order of their start", async () => {
    const clock = createManualClock(0);
    const seen: string[] = [];
    clock.after(10, () => seen.push("first"));
    clock.after(5, () => clock.after(5, () => seen.push("third")));
    clock.after(10, () => seen.push("second"));
    await clock.advance(10);
    expect(seen).toEqual(["first", "second", "third"]);
  });

  it("runs timers that timers start, if they become due on the way", async () => {
    const clock = createManualClock(0);
    const seen: number[] = [];
    const again = () => {
      seen.push(clock.now());
      clock.after(10, again);
    };
    clock.after(10, again);
    await clock.advance(35);
    expect(seen).toEqual([10, 20, 30]);
  });

  it("runs timers that promises start, if they become due on the way", async () => {
    const clock = createManualClock(0);
    const callback = vi.fn();
    clock.after(10, () => void Promise.resolve().then(() => clock.after(10, callback)));
    await clock.advance(20);
    expect(callback).toHaveBeenCalledOnce();
  });

  it("runs resolved promises before it moves", async () => {
    const clock = createManualClock(0);
    const callback = vi.fn();
    void Promise.resolve().then(() => clock.after(10, callback));
    await clock.advance(10);
    expect(callback).toHaveBeenCalledOnce();
  });

  it("treats a negative delay as 0", async () => {
    const clock = createManualClock(100);
    const seen: string[] = [];
    clock.after(0, () => seen.push(`first at ${clock.now()}`));
    clock.after(-50, () => seen.push(`second at ${clock.now()}`));
    await clock.advance(0);
    expect(seen).toEqual(["first at 100", "second at 100"]);
  });

  it("does not run a canceled timer", async () => {
    const clock = createManualClock(0);
    const callback = vi.fn();
    clock.after(10, callback).cancel();
    await clock.advance(20);
    expect(callback).not.toHaveBeenCalled();
  });

  it("does not run a timer that another canceled in the same millisecond", async () => {
    const clock = createManualClock(0);
    const callback = vi.fn();
    clock.after(10, () => second.cancel());
    const second = clock.after(10, callback);
    await clock.advance(10);
    expect(callback).not.toHaveBeenCalled();
  });

  it("runs a timer that was unref'd", async () => {
    const clock = createManualClock(0);
    const callback = vi.fn();
    clock.after(10, callback).unref();
    await clock.advance(10);
    expect(callback).toHaveBeenCalledOnce();
  });

  it("throws the error of a timer", async () => {
    const clock = createManualClock(0);
    clock.after(10, () => {
      throw new Error("from the timer");
    });
    await expect(clock.advance(10)).rejects.toThrow("from the timer");
  });

  it("counts pending timers, without those that ran or were canceled", async () => {
    const clock = createManualClock(0);
    clock.after(10, () => {});
    clock.after(20, () => {});
    clock.after(30, () => {}).cancel();
    await clock.advance(10);
    expect(clock.pending).toBe(1);
  });

  it("is a clock", () => {
    expectTypeOf<ManualClock>().toExtend<Clock>();
  });
});
