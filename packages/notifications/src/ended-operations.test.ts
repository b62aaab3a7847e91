import type { CommsOperation } from "@graph-dtmf/models";
import { describe, expect, it } from "vitest";
import { waitIn } from "./__fixtures__/wait-in.ts";
import { EndedOperations } from "./ended-operations.ts";
import type { PendingEntry } from "./pending-entry.ts";
import { TrackedCall } from "./tracked-call.ts";

const PLAYED = {
  "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
  status: "completed",
  completionReason: "completedSuccessfully",
};

function completed(id: string, members: Partial<CommsOperation> = {}): CommsOperation {
  return { ...PLAYED, id, clientContext: `context ${id}`, ...members };
}

const guid = (n: number): string => `d36fe651-9f50-484d-bd4b-${String(n).padStart(12, "0")}`;

/** Someone who waited in a call: added once it is over. */
function waited(ended: EndedOperations, call: TrackedCall, clientContext: string): PendingEntry {
  return waitIn(call, clientContext, { add() {}, remove: (entry) => ended.add(entry) });
}

describe("operations that are over", () => {
  it("are known by call and id, be that a GUID or not", () => {
    const ended = new EndedOperations();
    for (const id of [guid(1), "1", ""]) {
      const noted = ended.note("call", completed(id));
      expect(ended.get("call", id)).toBe(id === "" ? undefined : noted);
      expect([ended.get("other", id), ended.get("call", `${id}0`)]).toEqual([undefined, undefined]);
    }
  });

  it("are the last 10,000", () => {
    const ended = new EndedOperations();
    for (let n = 0; n < 25_000; n++) ended.note("call", completed(n % 2 ? guid(n) : `${n}`));
    const known = Array.from({ length: 25_000 }, (_, n) => ended.get("call", n % 2 ? guid(n) : `${n}`));
    expect(known.findIndex((over) => over !== undefined)).toBe(15_000);
    expect(known.filter((over) => over !== undefined)).toHaveLength(10_000);
  });

  it.each<[string, Record<string, unknown>, object]>([
    ["played", {}, { outcome: "completed", operation: completed(guid(1)) }],
    ["played, without a clientContext", { clientContext: undefined }, { operation: { ...PLAYED, id: guid(1) } }],
    ["of another type", { "@odata.type": "#microsoft.graph.recordOperation", recordingLocation: "l" }, {}],
    ["canceled", { completionReason: "mediaOperationCanceled" }, { outcome: "canceled" }],
    ["failed", { status: "failed" }, { outcome: "failed" }],
    ["contradicted by a result", { resultInfo: { code: 500, subcode: 1 } }, { outcome: "failed" }],
  ])("tell how they ended: %s", (_, members, outcome) => {
    const ended = new EndedOperations();
    const operation = { ...completed(guid(1)), ...members } as CommsOperation;
    expect(ended.note("call", operation).outcome).toMatchObject({ operation, ...outcome });
  });

  it("are asked for by clientContext: then it is the latest of its call", () => {
    const ended = new EndedOperations();
    ended.note("call", completed("1", { clientContext: "mine" }));
    ended.note("call", completed("2", { clientContext: "mine" }));
    ended.note("other", completed("3", { clientContext: "mine" }));
    ended.note("call", completed("4", { clientContext: "another" }));
    expect(ended.outcomeUnder("call", "mine")).toMatchObject({ operation: { id: "2" } });
    expect(ended.outcomeUnder("call", "of nobody")).toBeUndefined();
  });

  it.each(["was abandoned", "timed out"])("are of an earlier life once a later one %s", (how) => {
    const ended = new EndedOperations();
    const call = new TrackedCall("call");
    waited(ended, call, "mine").hear(completed("1", { clientContext: "mine" }));
    expect(ended.outcomeUnder("call", "mine")).toMatchObject({ operation: { id: "1" } });
    const second = waited(ended, call, "mine");
    if (how === "timed out") second.due();
    else second.abandon();
    expect(ended.outcomeUnder("call", "mine")).toBeUndefined();
    expect(ended.get("call", "1")?.isTold).toBe(true);
  });
});
