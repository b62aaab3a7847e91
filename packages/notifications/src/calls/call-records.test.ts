import { createManualClock } from "@graph-dtmf/models/testing";
import { describe, expect, it } from "vitest";
import { deferred, FakeOperations, turn } from "../__fixtures__/ports.ts";
import type { Notification } from "../parsing/notification.ts";
import { CallRecords } from "./call-records.ts";
import type { QueueSlot } from "./handler-queue.ts";
import { ToneStreams } from "./tone-streams.ts";

const notification: Notification = { kind: "unknown", raw: {} };
const MINUTE = 60_000;

const createOwner = (name: string) => ({ name, done: Promise.resolve(), slotDone() {} });

function createRecords(run: () => Promise<void> = async () => {}) {
  const clock = createManualClock();
  const records = new CallRecords(clock, { run, onDropped() {} });
  /** Gives the record of a call some state, so that it is not deleted as empty. */
  const remember = (callId: string): number => records.touch(callId).toneBuffer.epoch(2, clock.now());
  const reserve = (callId: string): QueueSlot =>
    records.getOrCreate(callId).queue.reserve(notification, createOwner(callId));
  return { clock, records, remember, reserve };
}

describe("CallRecords", () => {
  it("deletes a record at once when its queue is empty and it has no other state", async () => {
    const { records, reserve } = createRecords();
    const slot = reserve("c");
    expect(records.size).toBe(1);
    slot.run();
    await turn();
    expect(records.size).toBe(0);
  });

  it("deletes a record 10 minutes after its last use, when another call is used", async () => {
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

  it("counts a handled notification as a use of the call", async () => {
    const { clock, records, remember, reserve } = createRecords();
    remember("c");
    await clock.advance(5 * MINUTE);
    reserve("c").run();
    await turn();
    await clock.advance(6 * MINUTE);
    remember("new");
    expect(records.size).toBe(2);
  });

  it("keeps the 10,000 calls that were used last", async () => {
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

  it("keeps every call with pending notifications, also more than 10,000", async () => {
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

  it("keeps a call with streams of tones, and deletes it after the last one is closed", async () => {
    const { clock, records, remember } = createRecords();
    const operations = new FakeOperations();
    const tones = new ToneStreams({ clock, records, operations, reorderWindowMs: 500 });
    const streams = [tones.open("read", {}), tones.open("read", {})];
    await clock.advance(60 * MINUTE);
    remember("new");
    expect(records.size).toBe(2);
    await streams[0]?.return?.();
    expect(records.size).toBe(2);
    await streams[1]?.return?.();
    expect(records.size).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it("lists the owners of notifications that run or wait", async () => {
    const gate = deferred();
    const { records, reserve } = createRecords(() => gate.promise);
    const ownerNames = (): string[] =>
      Array.from(records.slotOwners(), (each) => (each as ReturnType<typeof createOwner>).name);
    const slots = ["a", "b", "b"].map(reserve);
    expect(ownerNames()).toEqual(["a", "b", "b"]);
    slots[0]?.run();
    slots[1]?.run();
    slots[2]?.skip();
    expect(ownerNames()).toEqual(["a", "b", "b"]);
    gate.resolve();
    await turn();
    expect(ownerNames()).toEqual([]);
  });

  it("lists each owner once", () => {
    const { records } = createRecords();
    const both = createOwner("both");
    for (const callId of ["a", "a", "b"]) records.touch(callId).queue.reserve(notification, both);
    expect([...records.slotOwners()]).toEqual([both]);
  });

  it("starts no timers", () => {
    const { clock, remember } = createRecords();
    remember("c");
    expect(clock.pending).toBe(0);
  });
});
