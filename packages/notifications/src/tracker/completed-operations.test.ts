import type { CommsOperation } from "@graph-dtmf/models";
import { describe, expect, it } from "vitest";
import { waitIn } from "../__fixtures__/wait-in.ts";
import { EndedOperations } from "./completed-operations.ts";
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

const CALL = "481f3600-9f50-484d-bd4b-000000000000";
const guid = (n: number): string => `d36fe651-9f50-484d-bd4b-${String(n).padStart(12, "0")}`;

/** So many others end, all of them kept: what was there before is packed, if it can be. */
function othersEnd(ended: EndedOperations, count = 150): void {
  for (let n = 0; n < count; n++) ended.note(guid(0), completed(guid(1_000_000 + n))).isKept = true;
}

/** Someone who waited in a call: added once it is over. */
function waited(ended: EndedOperations, call: TrackedCall, clientContext: string): PendingEntry {
  return waitIn(call, clientContext, { add() {}, remove: (entry) => ended.add(entry) });
}

describe("operations that are over", () => {
  it("are known by call and id, be that a GUID or not", () => {
    const ended = new EndedOperations();
    for (const id of [guid(1), "1", ""]) {
      const noted = ended.note("call", completed(id, { clientContext: guid(2) }));
      expect(ended.get("call", id)).toBe(id === "" ? undefined : noted);
      expect([ended.get("other", id), ended.get("call", `${id}0`)]).toEqual([undefined, undefined]);
      const others = ended.note("other", completed(id));
      expect([ended.get("call", id), ended.get("other", id)]).toEqual(
        id === "" ? [undefined, undefined] : [noted, others],
      );
      noted.isKept = true;
    }
    othersEnd(ended);
    expect(ended.get("call", guid(1))).toMatchObject({ operationId: guid(1), callId: "call", isKept: true });
  });

  it("are the last 10,000, whatever they are called, kept or not", () => {
    const ended = new EndedOperations();
    const idOf = (n: number): string => (n % 2 ? guid(n) : `${n}`);
    for (let n = 0; n < 25_000; n++) {
      const noted = ended.note(CALL, completed(idOf(n), { clientContext: guid(n) }));
      if (n % 3) noted.isKept = true;
    }
    const known = Array.from({ length: 25_000 }, (_, n) => ended.get(CALL, idOf(n)));
    expect(known.findIndex((over) => over !== undefined)).toBe(15_000);
    expect(known.filter((over) => over !== undefined)).toHaveLength(10_000);
    for (const [n, over] of known.entries()) {
      if (over) expect(over).toMatchObject({ operationId: idOf(n), clientContext: guid(n), isKept: n % 3 !== 0 });
    }
    expect(ended.outcomeUnder(CALL, guid(14_999))).toBeUndefined();
    expect(ended.outcomeUnder(CALL, guid(15_001))).toMatchObject({ operation: { id: guid(15_001) } });
  });

  it("are found however many were waited for since somebody asked, the latest first", () => {
    const ended = new EndedOperations();
    const call = new TrackedCall(CALL);
    const waitedFor = (n: number): PendingEntry => {
      const entry = waited(ended, call, guid(n));
      entry.hear(completed(guid(n)));
      return entry;
    };
    ended.note(CALL, completed(guid(11_999), { clientContext: "before" }));
    const entries = Array.from({ length: 12_000 }, (_, n) => waitedFor(n));
    expect([0, 1_999, 2_000, 11_999].map((n) => ended.get(CALL, guid(n)))).toEqual([
      undefined,
      undefined,
      entries[2_000],
      entries[11_999],
    ]);
    const later = ended.note(CALL, completed(guid(11_999), { clientContext: "after" }));
    expect([2_000, 2_001, 11_999].map((n) => ended.get(CALL, guid(n)))).toEqual([undefined, entries[2_001], later]);
  });

  it("are kept when they are, be that long after others", () => {
    const ended = new EndedOperations();
    const [early, late] = [1, 2].map((n) => ended.note(CALL, completed(guid(0), { clientContext: guid(n) })));
    othersEnd(ended);
    expect([early?.isKept, late?.isKept, ended.get(CALL, guid(0))]).toEqual([false, false, late]);
    if (late) late.isKept = true;
    expect(ended.get(CALL, guid(0))).toMatchObject({ clientContext: guid(2), isKept: true });
    othersEnd(ended, 10_000);
    expect(ended.get(CALL, guid(0))).toBeUndefined();
  });

  it.each<[string, Record<string, unknown>, object]>([
    ["played", {}, { outcome: "completed" }],
    ["played, without a clientContext", { clientContext: undefined }, { outcome: "completed" }],
    ["played, under no Latin text", { clientContext: "€".repeat(36) }, { outcome: "completed" }],
    ["played, under a clientContext of its own", { clientContext: "order 66" }, { outcome: "completed" }],
    ["of another type", { "@odata.type": "#microsoft.graph.recordOperation", recordingLocation: "l" }, {}],
    ["canceled", { completionReason: "mediaOperationCanceled" }, { outcome: "canceled" }],
    ["failed", { status: "failed" }, { outcome: "failed" }],
    ["contradicted by a result", { resultInfo: { code: 500, subcode: 1 } }, { outcome: "failed" }],
  ])("tell how they ended: %s", (_, members, outcome) => {
    const ended = new EndedOperations();
    // What is undefined is absent.
    const operation: CommsOperation = JSON.parse(
      JSON.stringify({ ...completed(guid(1)), clientContext: guid(2), ...members }),
    );
    const noted = ended.note(CALL, operation);
    expect(noted.outcome).toMatchObject({ operation, ...outcome });
    noted.isKept = true;
    othersEnd(ended);
    const known = ended.get(CALL, guid(1));
    expect(known).toMatchObject({ isKept: true, isTold: true, outcome: { operation, ...outcome } });
    expect(ended.get(guid(7), guid(1))).toBeUndefined();
    if (operation.clientContext !== undefined) {
      expect(ended.outcomeUnder(CALL, operation.clientContext)).toMatchObject({ operation });
    }
  });

  it.each(["1", guid(1)])("are remembered for as long as their latest news: %s", (id) => {
    const ended = new EndedOperations();
    for (let n = 0; n < 2; n++) ended.note(CALL, completed(id, { clientContext: guid(n) }));
    for (let n = 2; n <= 10_000; n++) ended.note(CALL, completed(guid(n)));
    expect(ended.get(CALL, id)).toMatchObject({ clientContext: guid(1) });
    ended.note(CALL, completed("one more"));
    expect(ended.get(CALL, id)).toBeUndefined();
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
