import type { CommsOperation } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import { describe, expect, it } from "vitest";
import { PendingEntry } from "./pending-entry.ts";
import { TrackedCalls } from "./tracked-calls.ts";

function completed(id: string): CommsOperation {
  return { id, status: "completed", completionReason: "completedSuccessfully", clientContext: `context ${id}` };
}

/** Someone who waits in a call. */
function wait(calls: TrackedCalls, callId: string, clientContext: string): PendingEntry {
  const clock = createManualClock();
  const keeper = {
    hold() {},
    release() {},
    after: clock.after,
    answered() {},
    forget: (entry: PendingEntry) => calls.end(entry),
  };
  const options = { clientContext, expectedMs: 0, kind: undefined, isFresh: true, keeper };
  const entry = new PendingEntry(calls.of(callId), options);
  calls.add(entry);
  return entry;
}

const held = (calls: TrackedCalls): number => [...calls].length;

describe("what is known of calls", () => {
  it("is found by any spelling of a call's id", () => {
    const calls = new TrackedCalls();
    const call = calls.of("481F3600983E42769B59C1B30EC8D125");
    expect(call.id).toBe("481f3600-983e-4276-9b59-c1b30ec8d125");
    for (const id of [call.id, call.id.toUpperCase(), call.id.replaceAll("-", "")]) {
      expect([calls.find(id), calls.of(id)]).toEqual([call, call]);
    }
  });

  it("is forgotten with the oldest ends once there are more than 10,000", () => {
    const calls = new TrackedCalls();
    for (let n = 0; n < 10_001; n++) calls.note(calls.of(`call ${n}`), completed(`${n}`));
    expect([held(calls), calls.find("call 0"), calls.find("call 1")?.id]).toEqual([10_000, undefined, "call 1"]);
    for (let n = 0; n < 10_001; n++) calls.endCall(calls.of(`other ${n}`), {});
    expect([held(calls), calls.find("other 0")]).toEqual([20_000, undefined]);
  });

  it("is kept of a call in which anybody waits, of whose ends the oldest are forgotten all the same", () => {
    const calls = new TrackedCalls();
    const entry = wait(calls, "call", "mine");
    const call = calls.of("call");
    for (let n = 0; n < 10_002; n++) calls.note(call, completed(`${n}`));
    expect([call.match({ id: "1", status: null }), call.outcomeUnder("context 1")]).toEqual([undefined, undefined]);
    expect(call.match({ id: "2", status: null })?.outcome).toMatchObject({ outcome: "completed" });
    expect(call.waiting("mine")).toBe(entry);
  });

  it("is nothing once a wait was given up before its id was known, or abandoned", () => {
    const calls = new TrackedCalls();
    wait(calls, "call", "mine").due();
    wait(calls, "call", "mine").abandon();
    expect([held(calls), calls.pending]).toEqual([0, 0]);
  });

  it("is of a wait its end, until that is too old", () => {
    const calls = new TrackedCalls();
    wait(calls, "call", "mine").hear(completed("1"));
    expect([calls.pending, calls.find("call")?.outcomeUnder("mine")]).toMatchObject([0, { outcome: "completed" }]);
    for (let n = 0; n < 10_000; n++) calls.note(calls.of("other"), completed(`${n}`));
    expect([held(calls), calls.find("call")]).toEqual([1, undefined]);
  });
});
