import type { CommsOperation } from "@graph-dtmf/models";
import { describe, expect, it } from "vitest";
import { trackOperation } from "../__fixtures__/track-operation.ts";
import { CompletedOperations } from "./completed-operations.ts";
import { TrackedCall } from "./tracked-calls.ts";
import type { TrackedOperation } from "./tracked-operation.ts";

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

/** Adds this many other operations, all of them stored. */
function othersEnd(ended: CompletedOperations, count = 150): void {
  for (let n = 0; n < count; n++) ended.addCompleted(guid(0), completed(guid(1_000_000 + n))).isStored = true;
}

/** A tracked operation that is added once it is over. */
function track(ended: CompletedOperations, call: TrackedCall, clientContext: string): TrackedOperation {
  return trackOperation(call, clientContext, { add() {}, remove: (operation) => ended.addTracked(operation) });
}

describe("CompletedOperations", () => {
  it("finds operations by call and id, a GUID or not", () => {
    const ended = new CompletedOperations();
    for (const id of [guid(1), "1", ""]) {
      const noted = ended.addCompleted("call", completed(id, { clientContext: guid(2) }));
      expect(ended.get("call", id)).toBe(id === "" ? undefined : noted);
      expect([ended.get("other", id), ended.get("call", `${id}0`)]).toEqual([undefined, undefined]);
      const others = ended.addCompleted("other", completed(id));
      expect([ended.get("call", id), ended.get("other", id)]).toEqual(
        id === "" ? [undefined, undefined] : [noted, others],
      );
      noted.isStored = true;
    }
    othersEnd(ended);
    expect(ended.get("call", guid(1))).toMatchObject({ operationId: guid(1), callId: "call", isStored: true });
  });

  it("keeps the last 10,000 with any ids, stored or not", () => {
    const ended = new CompletedOperations();
    const idOf = (n: number): string => (n % 2 ? guid(n) : `${n}`);
    for (let n = 0; n < 25_000; n++) {
      const noted = ended.addCompleted(CALL, completed(idOf(n), { clientContext: guid(n) }));
      if (n % 3) noted.isStored = true;
    }
    const known = Array.from({ length: 25_000 }, (_, n) => ended.get(CALL, idOf(n)));
    expect(known.findIndex((over) => over !== undefined)).toBe(15_000);
    expect(known.filter((over) => over !== undefined)).toHaveLength(10_000);
    for (const [n, over] of known.entries()) {
      if (over) expect(over).toMatchObject({ operationId: idOf(n), clientContext: guid(n), isStored: n % 3 !== 0 });
    }
    expect(ended.outcomeUnder(CALL, guid(14_999))).toBeUndefined();
    expect(ended.outcomeUnder(CALL, guid(15_001))).toMatchObject({ operation: { id: guid(15_001) } });
  });

  it("finds the latest operation of an id after many tracked ones", () => {
    const ended = new CompletedOperations();
    const call = new TrackedCall(CALL);
    const trackAndComplete = (n: number): TrackedOperation => {
      const operation = track(ended, call, guid(n));
      operation.apply(completed(guid(n)));
      return operation;
    };
    ended.addCompleted(CALL, completed(guid(11_999), { clientContext: "before" }));
    const operations = Array.from({ length: 12_000 }, (_, n) => trackAndComplete(n));
    expect([0, 1_999, 2_000, 11_999].map((n) => ended.get(CALL, guid(n)))).toEqual([
      undefined,
      undefined,
      operations[2_000],
      operations[11_999],
    ]);
    const later = ended.addCompleted(CALL, completed(guid(11_999), { clientContext: "after" }));
    expect([2_000, 2_001, 11_999].map((n) => ended.get(CALL, guid(n)))).toEqual([
      operations[2_000],
      operations[2_001],
      later,
    ]);
  });

  it("keeps whether an operation is stored, also if that happens later", () => {
    const ended = new CompletedOperations();
    const [early, late] = [1, 2].map((n) => ended.addCompleted(CALL, completed(guid(0), { clientContext: guid(n) })));
    othersEnd(ended);
    expect([early?.isStored, late?.isStored, ended.get(CALL, guid(0))]).toEqual([false, false, late]);
    if (late) late.isStored = true;
    expect(ended.get(CALL, guid(0))).toMatchObject({ clientContext: guid(2), isStored: true });
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
  ])("has the outcome of an operation: %s", (_, members, outcome) => {
    const ended = new CompletedOperations();
    // Removes undefined members.
    const operation: CommsOperation = JSON.parse(
      JSON.stringify({ ...completed(guid(1)), clientContext: guid(2), ...members }),
    );
    const noted = ended.addCompleted(CALL, operation);
    expect(noted.outcome).toMatchObject({ operation, ...outcome });
    noted.isStored = true;
    othersEnd(ended);
    const known = ended.get(CALL, guid(1));
    expect(known).toMatchObject({ isStored: true, hasGraphOutcome: true, outcome: { operation, ...outcome } });
    expect(ended.get(guid(7), guid(1))).toBeUndefined();
    if (operation.clientContext !== undefined) {
      expect(ended.outcomeUnder(CALL, operation.clientContext)).toMatchObject({ operation });
    }
  });

  it.each(["1", guid(1)])("counts the age of an id from its latest operation: %s", (id) => {
    const ended = new CompletedOperations();
    for (let n = 0; n < 2; n++) ended.addCompleted(CALL, completed(id, { clientContext: guid(n) }));
    for (let n = 2; n <= 10_000; n++) ended.addCompleted(CALL, completed(guid(n)));
    expect(ended.get(CALL, id)).toMatchObject({ clientContext: guid(1) });
    ended.addCompleted(CALL, completed("one more"));
    expect(ended.get(CALL, id)).toBeUndefined();
  });

  it("finds the outcome of the latest operation of a call under a clientContext", () => {
    const ended = new CompletedOperations();
    ended.addCompleted("call", completed("1", { clientContext: "mine" }));
    ended.addCompleted("call", completed("2", { clientContext: "mine" }));
    ended.addCompleted("other", completed("3", { clientContext: "mine" }));
    ended.addCompleted("call", completed("4", { clientContext: "another" }));
    expect(ended.outcomeUnder("call", "mine")).toMatchObject({ operation: { id: "2" } });
    expect(ended.outcomeUnder("call", "unused")).toBeUndefined();
  });

  it.each(["was abandoned", "timed out"])("ignores the outcome of an earlier wait after a later one %s", (how) => {
    const ended = new CompletedOperations();
    const call = new TrackedCall("call");
    track(ended, call, "mine").apply(completed("1", { clientContext: "mine" }));
    expect(ended.outcomeUnder("call", "mine")).toMatchObject({ operation: { id: "1" } });
    const second = track(ended, call, "mine");
    if (how === "timed out") second.expire();
    else second.abandon();
    expect(ended.outcomeUnder("call", "mine")).toBeUndefined();
    expect(ended.get("call", "1")?.hasGraphOutcome).toBe(true);
  });
});
