import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
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
import type { OpenEnum } from "./reading.ts";

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
  it.each(KINDS)("knows %s", (kind) => {
    expect(operationKindOf(`#microsoft.graph.${kind}`)).toBe(kind);
  });

  it.each([
    "#Microsoft.Graph.SendDtmfTonesOperation",
    "microsoft.graph.sendDtmfTonesOperation",
    "#MICROSOFT.GRAPH.SENDDTMFTONESOPERATION",
    "sendDtmfTonesOperation",
  ])("knows the spelling %s", (type) => {
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
  ])("knows no kind for %j", (type) => {
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

  it.each([ID.toUpperCase(), ID.replaceAll("-", "").toUpperCase()])("reads the id %s in our spelling", (id) => {
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
    "takes a status that is no text for null, which means running (%j)",
    (status) => {
      expect(parseOperation({ status })?.status).toBeNull();
    },
  );

  it("keeps a status of the future", () => {
    expect(parseOperation({ status: "PausedByPolicy" })?.status).toBe("PausedByPolicy");
  });

  it("keeps a completion reason of the future", () => {
    expect(parseOperation({ completionReason: "BlockedByPolicy" })?.completionReason).toBe("BlockedByPolicy");
  });

  it("keeps a type of the future", () => {
    expect(parseOperation({ "@odata.type": "#microsoft.graph.someDayOperation" })?.["@odata.type"]).toBe(
      "#microsoft.graph.someDayOperation",
    );
  });

  it("keeps members that it does not know", () => {
    const members = { recordResourceLocation: "https://example.org/r", "@odata.etag": 'W/"7"', tenantId: null };
    expect(parseOperation(members)).toMatchObject(members);
  });

  it.each(["@odata.type", "clientContext", "completionReason", "resultInfo"])(
    "leaves out a %s that is null, as Graph writes for none",
    (member) => {
      expect(parseOperation({ [member]: null })).not.toHaveProperty([member]);
    },
  );

  it("leaves out a type that is no text, so that it counts as absent", () => {
    expect(parseOperation({ "@odata.type": 5 })).not.toHaveProperty(["@odata.type"]);
  });

  it("keeps a client context to the letter", () => {
    const clientContext = `${ID.toUpperCase()} \u{1F4DE}\uD800`;
    expect(parseOperation({ clientContext })?.clientContext).toBe(clientContext);
  });

  it.each([null, undefined, [], [{ id: ID }], "text", 1, true])("reads nothing from %j", (value) => {
    expect(parseOperation(value)).toBeUndefined();
  });

  it("does not write to what it reads", () => {
    const value = Object.freeze({
      id: ID.toUpperCase(),
      status: "Completed",
      resultInfo: Object.freeze({ code: "200" }),
    });
    expect(() => parseOperation(value)).not.toThrow();
  });

  it("gives no prototype to an operation that names one", () => {
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

    it("leaves the prototype of all objects as it was", () => {
      const before = Reflect.ownKeys(Object.prototype);
      fc.assert(
        fc.property(json, (value) => {
          parseOperation(value);
          expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
        }),
      );
    });

    it("changes nothing of what it has read once", () => {
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
  it("let a status be one of the future, but nothing but a text or null", () => {
    expectTypeOf<CommsOperation["status"]>().toEqualTypeOf<OpenEnum<OperationStatus> | null>();
  });

  it("leave members of the future unknown, not any", () => {
    expectTypeOf<CommsOperation["someDay"]>().toBeUnknown();
  });

  it("know the members of each kind", () => {
    expectTypeOf<RecordOperation["recordingLocation"]>().toEqualTypeOf<string | undefined>();
  });

  it("are told apart by a guard, which leaves the others an operation", () => {
    const operation = parseOperation({ "@odata.type": "#Microsoft.Graph.RecordOperation" }) as CommsOperation;
    expect(KINDS.filter((kind) => isOperation(operation, kind))).toEqual(["recordOperation"]);
    if (isOperation(operation, "recordOperation")) {
      expectTypeOf(operation.recordingLocation).toEqualTypeOf<string | undefined>();
    } else if (!isOperation(operation, "muteParticipantOperation")) {
      expectTypeOf(operation).toEqualTypeOf<CommsOperation>();
    }
    expect(isOperation({ id: "", status: null }, "commsOperation")).toBe(false);
  });

  it("take every kind for an operation", () => {
    expectTypeOf<SendDtmfTonesOperation>().toExtend<CommsOperation>();
  });

  it("say that there may be no operation to read", () => {
    expectTypeOf(parseOperation).returns.toEqualTypeOf<CommsOperation | undefined>();
  });
});
