import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { OpenEnum } from "./json-value.ts";
import {
  type CommsOperation,
  isOperation,
  type OperationKind,
  type OperationStatus,
  operationKindOf,
  parseOperation,
  type RecordOperation,
  type SendDtmfTonesOperation,
} from "./operation.ts";

const ID = "7b1e4d92-3f60-4c58-8a27-51f0c9de6a34";

const KINDS: readonly OperationKind[] = [
  "commsOperation",
  "sendDtmfTonesOperation",
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

describe("operationKindOf", () => {
  it.each(KINDS)("returns %s", (kind) => {
    expect(operationKindOf(`#microsoft.graph.${kind}`)).toBe(kind);
  });

  it.each([
    "#Microsoft.Graph.SendDtmfTonesOperation",
    "microsoft.graph.sendDtmfTonesOperation",
    "#MICROSOFT.GRAPH.SENDDTMFTONESOPERATION",
    "sendDtmfTonesOperation",
  ])("accepts the spelling %s", (type) => {
    expect(operationKindOf(type)).toBe("sendDtmfTonesOperation");
  });

  it.each([
    "#microsoft.graph.call",
    "#microsoft.graph.someDayOperation",
    "#microsoft.graph.",
    "#microsoft.graph.#microsoft.graph.recordOperation",
    "##microsoft.graph.recordOperation",
    "constructor",
    "",
    null,
    undefined,
    1,
    {},
  ])("returns undefined for %j", (type) => {
    expect(operationKindOf(type)).toBeUndefined();
  });
});

describe("parseOperation", () => {
  it("reads what Graph documents", () => {
    const operation = {
      "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
      status: "completed",
      completionReason: "completedSuccessfully",
      clientContext: "a3b0f8f2-6d44-4a39-9df5-0d6a3b8c5b21",
      id: ID,
    };
    expect(parseOperation(operation)).toEqual(operation);
  });

  it("reads types and enums in PascalCase", () => {
    expect(
      parseOperation({
        "@odata.type": "#Microsoft.Graph.SendDtmfTonesOperation",
        status: "Completed",
        completionReason: "MediaOperationCanceled",
        id: ID,
      }),
    ).toEqual({
      "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
      status: "completed",
      completionReason: "mediaOperationCanceled",
      id: ID,
    });
  });

  it("reads the completion reasons of recordings in any letter case", () => {
    expect(parseOperation({ completionReason: "StopToneDetected" })?.completionReason).toBe("stopToneDetected");
  });

  it("reads unknownfutureValue as Graph's schema spells it", () => {
    expect(parseOperation({ completionReason: "unknownfutureValue" })?.completionReason).toBe("unknownFutureValue");
  });

  it.each([ID.toUpperCase(), ID.replaceAll("-", "").toUpperCase()])("normalizes the id %s", (id) => {
    expect(parseOperation({ id })?.id).toBe(ID);
  });

  it("reads codes that came as strings", () => {
    expect(parseOperation({ resultInfo: { code: "400", subCode: "8508" } })?.resultInfo).toEqual({
      code: 400,
      subcode: 8508,
    });
  });

  it.each([undefined, null, 7, {}])("gives an empty id where there is none (%j)", (id) => {
    expect(parseOperation({ id })?.id).toBe("");
  });

  it.each([undefined, null, 2, ["running"]])(
    "treats a status that is no text as null, which means running (%j)",
    (status) => {
      expect(parseOperation({ status })?.status).toBeNull();
    },
  );

  it("keeps an unknown status", () => {
    expect(parseOperation({ status: "PausedByPolicy" })?.status).toBe("PausedByPolicy");
  });

  it("keeps an unknown completion reason", () => {
    expect(parseOperation({ completionReason: "BlockedByPolicy" })?.completionReason).toBe("BlockedByPolicy");
  });

  it("keeps an unknown type", () => {
    expect(parseOperation({ "@odata.type": "#microsoft.graph.someDayOperation" })?.["@odata.type"]).toBe(
      "#microsoft.graph.someDayOperation",
    );
  });

  it("keeps unknown members", () => {
    const members = { recordResourceLocation: "https://example.org/r", "@odata.etag": 'W/"7"', tenantId: null };
    expect(parseOperation(members)).toMatchObject(members);
  });

  it.each(["@odata.type", "clientContext", "completionReason", "resultInfo"])(
    "omits a %s of null, which Graph sends for none",
    (member) => {
      expect(parseOperation({ [member]: null })).not.toHaveProperty([member]);
    },
  );

  it("omits a type that is no text, so that it counts as absent", () => {
    expect(parseOperation({ "@odata.type": 5 })).not.toHaveProperty(["@odata.type"]);
  });

  it("keeps the exact client context", () => {
    const clientContext = `${ID.toUpperCase()} \u{1F4DE}\uD800`;
    expect(parseOperation({ clientContext })?.clientContext).toBe(clientContext);
  });

  it.each([null, undefined, [], [{ id: ID }], "text", 1, true])("returns undefined for %j", (value) => {
    expect(parseOperation(value)).toBeUndefined();
  });

  it("does not change its input", () => {
    const value = Object.freeze({
      id: ID.toUpperCase(),
      status: "Completed",
      resultInfo: Object.freeze({ code: "200" }),
    });
    expect(() => parseOperation(value)).not.toThrow();
  });

  it("does not let an operation set a prototype", () => {
    const operation = parseOperation(JSON.parse('{"__proto__":{"completionReason":"completedSuccessfully"}}'));
    expect([Object.getPrototypeOf(operation), operation?.completionReason]).toEqual([Object.prototype, undefined]);
  });

  describe("on arbitrary JSON", () => {
    const text = fc.constantFrom(
      "Completed",
      "failed",
      "SomeDay",
      ID.toUpperCase(),
      "#Microsoft.Graph.RecordOperation",
    );
    const member = fc.oneof(text, fc.jsonValue());
    const json = fc
      .oneof(
        fc.jsonValue(),
        fc.dictionary(
          fc.constantFrom(
            "id",
            "status",
            "completionReason",
            "clientContext",
            "resultInfo",
            "@odata.type",
            "__proto__",
            "constructor",
            "toString",
          ),
          member,
        ),
      )
      .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

    it("never throws", () => {
      fc.assert(
        fc.property(json, (value) => {
          expect(() => parseOperation(value)).not.toThrow();
        }),
      );
    });

    it("does not change the prototype of all objects", () => {
      const before = Reflect.ownKeys(Object.prototype);
      fc.assert(
        fc.property(json, (value) => {
          parseOperation(value);
          expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
        }),
      );
    });

    it("changes nothing when it parses its own result", () => {
      fc.assert(
        fc.property(json, (value) => {
          const once = parseOperation(value);
          expect(parseOperation(once)).toEqual(once);
        }),
      );
    });
  });
});

describe("the types of operations", () => {
  it("allow an unknown status, but only text or null", () => {
    expectTypeOf<CommsOperation["status"]>().toEqualTypeOf<OpenEnum<OperationStatus> | null>();
  });

  it("have unknown members of type unknown, not any", () => {
    expectTypeOf<CommsOperation["someDay"]>().toBeUnknown();
  });

  it("have the members of each kind", () => {
    expectTypeOf<RecordOperation["recordingLocation"]>().toEqualTypeOf<string | undefined>();
  });

  it("are narrowed by a guard, which leaves the others an operation", () => {
    const operation = parseOperation({ "@odata.type": "#Microsoft.Graph.RecordOperation" }) as CommsOperation;
    expect(KINDS.filter((kind) => isOperation(operation, kind))).toEqual(["recordOperation"]);
    if (isOperation(operation, "recordOperation")) {
      expectTypeOf(operation.recordingLocation).toEqualTypeOf<string | undefined>();
    } else if (!isOperation(operation, "muteParticipantOperation")) {
      expectTypeOf(operation).toEqualTypeOf<CommsOperation>();
    }
    expect(isOperation({ id: "", status: null }, "commsOperation")).toBe(false);
  });

  it("accept every kind as an operation", () => {
    expectTypeOf<SendDtmfTonesOperation>().toExtend<CommsOperation>();
  });

  it("allow undefined as the result of parsing", () => {
    expectTypeOf(parseOperation).returns.toEqualTypeOf<CommsOperation | undefined>();
  });
});
