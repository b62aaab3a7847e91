import { createManualClock } from "@graph-dtmf/models/testing";
import { describe, expect, it } from "vitest";
import { deferred, FakeOperations, turn } from "../__fixtures__/ports.ts";
import type { Notification } from "../parsing/notification.ts";
import { CallRecords } from "./call-records.ts";
import type { QueueSlot } from "./handler-queue.ts";
import { ToneStreams } from "./tone-streams.ts";

const notification: Notification = { kind: "unknown", raw: {} };
const MINUTE = 60_000;

const holder = (name: string) => ({ name, done: Promise.resolve(), slotDone() {} });

function createRecords(run: () => Promise<void> = async () => {}) {
  const clock = createManualClock();
  const records = new CallRecords(clock, { run, onDropped() {} });
  /** Hears of a call something that is worth remembering. */
  const remember = (callId: string): number => records.touch(callId).toneBuffer.epoch(2, clock.now());
  const reserve = (callId: string): QueueSlot =>
    records.getOrCreate(callId).queue.reserve(notification, holder(callId));
  return { clock, records, remember, reserve };
}

describe("CallRecords", () => {
  it("lets a call go at once when its queue is empty and nothing else is known of it", async () => {
    const { records, reserve } = createRecords();
    const place = reserve("c");
    expect(records.size).toBe(1);
    place.run();
    await turn();
    expect(records.size).toBe(0);
  });

  it("lets a call go ten minutes after it was last heard of, once another one is", async () => {
    const { clock, records, remember } = createRecords();
    remember("old");
    await clock.advance(5 * MINUTE);
    remember("old");
    await clock.advance(10 * MINUTE - 1);
    remember("new");
    expect(records.size).toBe(2);
    await clock.advance(MINUTE);
    remember("newest");
    expect(records.size).toBe(2);
  });

  it("has heard of a call when something of it was handled", async () => {
    const { clock, records, remember, reserve } = createRecords();
    remember("c");
    await clock.advance(5 * MINUTE);
    reserve("c").run();
    await turn();
    await clock.advance(6 * MINUTE);
    remember("new");
    expect(records.size).toBe(2);
  });

  it("remembers 10,000 calls: those last heard of stay", async () => {
    const { clock, records, remember } = createRecords();
    const firstMs = remember("c-0");
    await clock.advance(1);
    for (let id = 1; id < 10_000; id++) remember(`c-${id}`);
    expect(records.size).toBe(10_000);
    expect(remember("c-0")).toBe(firstMs);
    remember("one more");
    expect(records.size).toBeLessThan(10_000);
    expect(remember("c-0")).toBe(firstMs);
  });

  it("never lets go of a call with work in its queue, however many there are", async () => {
    const forever = deferred();
    const { clock, records, reserve } = createRecords(() => forever.promise);
    for (let id = 0; id < 12_000; id++) reserve(`c-${id}`).run();
    await clock.advance(11 * MINUTE);
    records.touch("another");
    expect(records.size).toBe(12_001);
    forever.resolve();
    await turn();
    expect(records.size).toBe(1);
  });

  it("keeps a call whose tones somebody reads, and lets it go when the last reader leaves", async () => {
    const { clock, records, remember } = createRecords();
    const operations = new FakeOperations();
    const tones = new ToneStreams({ clock, records, operations, reorderWindowMs: 500 });
    const readers = [tones.open("read", {}), tones.open("read", {})];
    await clock.advance(60 * MINUTE);
    remember("new");
    expect(records.size).toBe(2);
    await readers[0]?.return?.();
    expect(records.size).toBe(2);
    await readers[1]?.return?.();
    expect(records.size).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it("names whose notifications are not handled yet: those that run, and those that wait", async () => {
    const gate = deferred();
    const { records, reserve } = createRecords(() => gate.promise);
    const names = (): string[] => Array.from(records.slotOwners(), (each) => (each as ReturnType<typeof holder>).name);
    const places = ["a", "b", "b"].map(reserve);
    expect(names()).toEqual(["a", "b", "b"]);
    places[0]?.run();
    places[1]?.run();
    places[2]?.skip();
    expect(names()).toEqual(["a", "b", "b"]);
    gate.resolve();
    await turn();
    expect(names()).toEqual([]);
  });

  it("names each of them once", () => {
    const { records } = createRecords();
    const both = holder("both");
    for (const callId of ["a", "a", "b"]) records.touch(callId).queue.reserve(notification, both);
    expect([...records.slotOwners()]).toEqual([both]);
  });

  it("has no timers", () => {
    const { clock, remember } = createRecords();
    remember("c");
    expect(clock.pending).toBe(0);
  });
});
