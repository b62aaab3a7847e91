import { describe, expect, expectTypeOf, it } from "vitest";
import { type CommsOperation, type OperationKind, parseOperation, type SendDtmfTonesOperation } from "./operation.ts";
import { type OperationOutcome, outcomeOf } from "./outcome.ts";
import type { ResultInfo } from "./result-info.ts";

const STATUSES = [null, "notStarted", "running", "completed", "failed", "pausedByPolicy"] as const;

const REASONS = [
  undefined,
  "unknown",
  "completedSuccessfully",
  "mediaOperationCanceled",
  "unknownFutureValue",
  "operationCanceled",
  "blockedByPolicy",
] as const;

const RESULTS: readonly (ResultInfo | undefined)[] = [
  undefined,
  { code: 0, subcode: 0 },
  { code: 200, subcode: 0 },
  { code: 399, subcode: 8508 },
  { code: 400, subcode: 8508 },
  { code: 400, subcode: 0 },
  { code: 500, subcode: 8508 },
];

const OTHER_KINDS: readonly OperationKind[] = [
  "commsOperation",
  "subscribeToToneOperation",
  "cancelMediaProcessingOperation",
  "playPromptOperation",
  "recordOperation",
  "inviteParticipantsOperation",
  "muteParticipantOperation",
  "unmuteParticipantOperation",
  "updateRecordingStatusOperation",
  "startHoldMusicOperation",
  "stopHoldMusicOperation",
  "addLargeGalleryViewOperation",
];

/* One row per completionReason, one column per resultInfo, in the order above. D: completed. X: canceled. F: failed. Dot: running. */
const RUNNING = [".......", ".......", ".......", ".......", ".......", ".......", "......."];
const TONES_COMPLETED = ["FFFFXFF", "FFFFXFF", "DDDDXFF", "XXXXXXX", "FFFFXFF", "XXXXXXX", "FFFFXFF"];
const OTHER_COMPLETED = ["DDDDXFF", "FFFFXFF", "DDDDXFF", "XXXXXXX", "DDDDXFF", "XXXXXXX", "DDDDXFF"];
const FAILED = ["FFFFXFF", "FFFFXFF", "FFFFXFF", "XXXXXXX", "FFFFXFF", "XXXXXXX", "FFFFXFF"];

const LETTERS = { completed: "D", canceled: "X", failed: "F", callEnded: "?", timedOut: "?" } as const;

function table(status: CommsOperation["status"], type?: string, requested?: OperationKind): string[] {
  return REASONS.map((completionReason) =>
    RESULTS.map((resultInfo) => {
      const operation: SendDtmfTonesOperation = {
        id: "1",
        status,
        ...(type !== undefined && { "@odata.type": type }),
        ...(completionReason !== undefined && { completionReason }),
        ...(resultInfo && { resultInfo }),
      };
      const ended = outcomeOf(operation, requested);
      return ended ? LETTERS[ended.outcome] : ".";
    }).join(""),
  );
}

const tablesOf = (type?: string, requested?: OperationKind) =>
  Object.fromEntries(STATUSES.map((status) => [String(status), table(status, type, requested)]));

const strict = {
  null: RUNNING,
  notStarted: RUNNING,
  running: RUNNING,
  completed: TONES_COMPLETED,
  failed: FAILED,
  pausedByPolicy: RUNNING,
};

const lenient = { ...strict, completed: OTHER_COMPLETED };

describe("outcomeOf", () => {
  it("judges sendDtmfTones by status, completionReason and resultInfo", () => {
    expect(tablesOf("#microsoft.graph.sendDtmfTonesOperation")).toEqual(strict);
  });

  it.each(OTHER_KINDS)("judges %s by status, completionReason and resultInfo", (kind) => {
    expect(tablesOf(`#microsoft.graph.${kind}`)).toEqual(lenient);
  });

  it("judges an operation without a type, and without the kind of its request, as sendDtmfTones", () => {
    expect(tablesOf()).toEqual(strict);
  });

  it.each(OTHER_KINDS)("judges an operation without a type as the requested %s", (kind) => {
    expect(tablesOf(undefined, kind)).toEqual(lenient);
  });

  it.each(["#microsoft.graph.commsOperation", "#microsoft.graph.someDayOperation"])(
    "judges %s as the requested sendDtmfTones",
    (type) => {
      expect(tablesOf(type, "sendDtmfTonesOperation")).toEqual(strict);
    },
  );

  it("judges an unknown type as other kinds if the kind of the request is unknown", () => {
    expect(tablesOf("#microsoft.graph.someDayOperation")).toEqual(lenient);
  });

  it("prefers an operation's own type to the kind of the request", () => {
    expect(tablesOf("#microsoft.graph.sendDtmfTonesOperation", "playPromptOperation")).toEqual(strict);
  });

  it.each([
    ["completedSuccessfully", "all"],
    ["mediaOperationCanceled", "notAll"],
    ["unknown", "unknown"],
  ])("returns for tones that ended with %s that %s was played", (completionReason, played) => {
    expect(outcomeOf({ id: "1", status: "completed", completionReason })?.played).toBe(played);
  });

  it("returns the operation unchanged", () => {
    const operation = { id: "1", status: "failed" };
    expect(outcomeOf(operation)).toEqual({ outcome: "failed", played: "unknown", operation });
  });

  it.each([null, ""])("treats an unknown type as no type (%j)", (type) => {
    const operation = { id: "1", status: "completed", "@odata.type": type } as unknown as CommsOperation;
    expect(outcomeOf(operation)?.outcome).toBe("failed");
  });

  it("accepts the resultInfo null of an operation that was not parsed", () => {
    const operation = { "@odata.type": "#microsoft.graph.playPromptOperation", status: "completed", resultInfo: null };
    expect(outcomeOf(operation as unknown as CommsOperation)?.outcome).toBe("completed");
  });

  it("ignores a status on a prototype", () => {
    const operation = parseOperation(JSON.parse('{"__proto__":{"status":"completed"}}'));
    expect(operation && outcomeOf(operation)).toBeUndefined();
  });
});

describe("outcomes of notifications", () => {
  it("are found in any spelling", () => {
    const operation = parseOperation({
      "@odata.type": "#Microsoft.Graph.SendDtmfTonesOperation",
      status: "Completed",
      completionReason: "CompletedSuccessfully",
    });
    expect(operation && outcomeOf(operation)?.outcome).toBe("completed");
  });

  it("find a cancellation by codes that came as strings", () => {
    const operation = parseOperation({ status: "failed", resultInfo: { code: "400", subCode: "8508" } });
    expect(operation && outcomeOf(operation)?.outcome).toBe("canceled");
  });

  it("find the cancellation of a recording in PascalCase", () => {
    const operation = parseOperation({
      "@odata.type": "#microsoft.graph.recordOperation",
      status: "Failed",
      completionReason: "OperationCanceled",
    });
    expect(operation && outcomeOf(operation)?.outcome).toBe("canceled");
  });

  it("treat a prompt that completed for an unknown reason as failed", () => {
    const operation = parseOperation({
      "@odata.type": "#microsoft.graph.playPromptOperation",
      status: "completed",
      completionReason: "unknown",
    });
    expect(operation && outcomeOf(operation)?.outcome).toBe("failed");
  });
});

describe("the type of outcomes", () => {
  it("narrows on outcome", () => {
    const read = (ended: OperationOutcome<SendDtmfTonesOperation>): string => {
      switch (ended.outcome) {
        case "completed":
          expectTypeOf(ended.played).toEqualTypeOf<"all">();
          return String(ended.operation.completionReason);
        case "canceled":
          expectTypeOf(ended.played).toEqualTypeOf<"notAll">();
          return ended.operation.id;
        case "failed":
          expectTypeOf(ended.operation).toEqualTypeOf<SendDtmfTonesOperation>();
          return ended.operation.id;
        case "callEnded":
          expectTypeOf(ended.resultInfo).toEqualTypeOf<ResultInfo | undefined>();
          return "over";
        case "timedOut":
          expectTypeOf<keyof typeof ended>().toEqualTypeOf<"outcome" | "played">();
          return "late";
        default:
          expectTypeOf(ended).toBeNever();
          return "never";
      }
    };
    expect(read({ outcome: "timedOut", played: "unknown" })).toBe("late");
  });

  it("narrows on played", () => {
    expectTypeOf<Extract<OperationOutcome, { played: "all" }>["outcome"]>().toEqualTypeOf<"completed">();
    expectTypeOf<OperationOutcome["played"]>().toEqualTypeOf<"all" | "notAll" | "unknown">();
  });

  it("has the kind of the operation", () => {
    expectTypeOf(outcomeOf<SendDtmfTonesOperation>).returns.toEqualTypeOf<
      OperationOutcome<SendDtmfTonesOperation> | undefined
    >();
  });
});
