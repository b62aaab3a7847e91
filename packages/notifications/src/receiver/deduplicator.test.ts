import { createManualClock } from "@graph-dtmf/models/testing";
import { describe, expect, it } from "vitest";
import { edges } from "../__fixtures__/edges.ts";
import {
  CALL,
  callEntry,
  envelope,
  futureEntry,
  OTHER_CALL,
  participantsEntry,
  toneEntry,
  tonesEntry,
} from "../__fixtures__/envelopes.ts";
import { openReceiver } from "../__fixtures__/open-receiver.ts";
import { CallRecords } from "../calls/call-records.ts";
import { parseNotifications } from "../parsing/parse-notifications.ts";
import { Deduplicator } from "./deduplicator.ts";

const end = callEntry("terminated", { changeType: "deleted" });

describe.each(edges)("a repeated notification behind $name", (edge) => {
  it.each([
    ["the end of an operation", tonesEntry("o-1")],
    ["a step of an operation", tonesEntry("o-1", { status: "running" })],
    ["a tone", toneEntry(1)],
    ["the state of a call", callEntry("established")],
    ["the end of a call", end],
    ["the participants of a call", participantsEntry([{ id: "p-1" }])],
  ])("is answered with 202 and handled once: %s", async (_, entry) => {
    const { receiver, deliver, record } = await openReceiver({}, edge);
    const seen = record();
    for (let time = 0; time < 3; time++) expect((await deliver(entry, entry)).status).toBe(202);
    await receiver.drain();
    expect(seen).toHaveLength(1);
  });
});

function createDeduplicator(): {
  clock: ReturnType<typeof createManualClock>;
  repeated(...entries: unknown[]): boolean[];
} {
  const clock = createManualClock();
  const records = new CallRecords(clock, { run: async () => {}, onDropped() {} });
  const deduplicator = new Deduplicator(clock, records);
  const repeated = (...entries: unknown[]): boolean[] =>
    parseNotifications(envelope(...entries)).map((notification) => deduplicator.isDuplicate(notification));
  return { clock, repeated };
}

describe("Deduplicator", () => {
  it("identifies a tone by its call, number and tone", () => {
    const { repeated } = createDeduplicator();
    expect(repeated(toneEntry(1), toneEntry(2), toneEntry(1))).toEqual([false, false, true]);
    expect(repeated(toneEntry(1, { callId: OTHER_CALL }), toneEntry(1, { tone: "star" }))).toEqual([false, false]);
  });

  it("treats a tone numbered 1 as new if the numbering began more than 10 s ago", async () => {
    const { clock, repeated } = createDeduplicator();
    expect(repeated(toneEntry(1), toneEntry(2))).toEqual([false, false]);
    await clock.advance(10_000);
    expect(repeated(toneEntry(1), toneEntry(2))).toEqual([true, true]);
    await clock.advance(1);
    expect(repeated(toneEntry(1), toneEntry(2), toneEntry(1))).toEqual([false, false, true]);
  });

  it("treats a late tone numbered 1 as part of its numbering", async () => {
    const { clock, repeated } = createDeduplicator();
    expect(repeated(toneEntry(2))).toEqual([false]);
    await clock.advance(500);
    expect(repeated(toneEntry(1), toneEntry(2))).toEqual([false, true]);
  });

  it("identifies an operation by its id and status, or by its clientContext without an id", () => {
    const { repeated } = createDeduplicator();
    const [notStarted, running] = [tonesEntry("o", { status: "notStarted" }), tonesEntry("o", { status: "running" })];
    expect(repeated(notStarted, running, running, notStarted)).toEqual([false, false, true, true]);
    const [a, b] = ["a", "b"].map((clientContext) => tonesEntry("", { status: "running", clientContext }));
    expect(repeated(a, b, a)).toEqual([false, false, true]);
  });

  it("leaves the ends of operations and calls to the operation tracker", () => {
    const { repeated } = createDeduplicator();
    expect(repeated(tonesEntry("o"), tonesEntry("o"), end, end)).toEqual([false, false, false, false]);
  });

  it("treats established as new after the call was on hold", () => {
    const { repeated } = createDeduplicator();
    const [established, hold] = [callEntry("established"), callEntry("hold")];
    expect(repeated(established, hold, established, established)).toEqual([false, false, false, true]);
  });

  it("treats other data in the same state as new", () => {
    const { repeated } = createDeduplicator();
    expect(repeated(callEntry("established"), callEntry("established", { data: { topic: "new" } }))).toEqual([
      false,
      false,
    ]);
  });

  it("separates the resources of one entry, and calls from each other", () => {
    const { repeated } = createDeduplicator();
    const pack = (...ids: string[]) => ({
      changeType: "updated",
      resourceUrl: "/communications/calls",
      resourceData: ids.map((id) => ({ "@odata.type": "#microsoft.graph.call", id, state: "established" })),
    });
    expect(repeated(pack(CALL, OTHER_CALL), pack(OTHER_CALL))).toEqual([false, false, true]);
  });

  it("never treats an unknown notification as a duplicate", () => {
    const { repeated } = createDeduplicator();
    expect(repeated(futureEntry(), futureEntry())).toEqual([false, false]);
  });

  it("does not remember keys that are longer than the limit", () => {
    const { repeated } = createDeduplicator();
    const endless = tonesEntry("o", { status: "r".repeat(1024) });
    expect(repeated(endless, endless)).toEqual([false, false]);
  });

  it("forgets after ten minutes", async () => {
    const { clock, repeated } = createDeduplicator();
    const entries = [toneEntry(5), tonesEntry("o", { status: "running" }), callEntry("hold")];
    expect(repeated(...entries)).toEqual([false, false, false]);
    await clock.advance(10 * 60_000 - 1);
    expect(repeated(...entries.slice(0, 2))).toEqual([true, true]);
    await clock.advance(10 * 60_000);
    expect(repeated(...entries)).toEqual([false, false, false]);
  });

  it("survives data that can be parsed but not serialised", () => {
    const { repeated } = createDeduplicator();
    let data: object = {};
    for (let depth = 0; depth < 20_000; depth++) data = { data };
    const records = new CallRecords(createManualClock(), { run: async () => {}, onDropped() {} });
    const deduplicator = new Deduplicator(createManualClock(), records);
    const [call] = parseNotifications({ value: [callEntry("established", { data })] });
    expect(call && [deduplicator.isDuplicate(call), deduplicator.isDuplicate(call)]).toEqual([false, false]);
    expect(repeated(callEntry("established"))).toEqual([false]);
  });
});
