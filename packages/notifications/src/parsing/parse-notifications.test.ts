import { isOperation, type OperationKind } from "@graph-dtmf/models";
import { describe, expect, expectTypeOf, it } from "vitest";
import { readFixture } from "../__fixtures__/read-fixture.ts";
import type { Notification } from "./notification.ts";
import { parseNotifications } from "./parse-notifications.ts";

const CALL = "5d1c7a40-2f6b-4e0d-9a83-b7c4e9f01a25";
const OPERATION = "c09e6b1f-77d2-4d3a-8f15-2a64d0b8e3c7";

const parseFixture = (name: string): Notification[] => parseNotifications(readFixture(name));

/** Parses an envelope of one entry. */
const parseEntry = (entry: unknown): Notification[] => parseNotifications({ value: [entry] });

describe("the documented end of sendDtmfTones", () => {
  it.each([
    ["completed", "completedSuccessfully"],
    ["canceled", "mediaOperationCanceled"],
    ["failed", "unknown"],
  ])("is parsed: %s", (name, completionReason) => {
    const body: unknown = JSON.parse(new TextDecoder().decode(readFixture(`send-dtmf-tones-${name}`)));
    expect(parseNotifications(body)).toEqual([
      {
        kind: "operation",
        callId: "481f3600-983e-4276-9b59-c1b30ec8d125",
        operationId: "d36fe651-9f50-484d-bd4b-1e6415eae448",
        changeType: "deleted",
        operation: {
          "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
          id: "d36fe651-9f50-484d-bd4b-1e6415eae448",
          status: "completed",
          completionReason,
          clientContext: "e0be71f1-a14f-4cec-b65a-e7aba5db7c53",
        },
        raw: (body as { value: unknown[] }).value[0],
      },
    ]);
  });
});

describe("an operation", () => {
  it("is parsed in PascalCase", () => {
    expect(parseFixture("operation-pascal-case")).toMatchObject([
      {
        kind: "operation",
        changeType: "deleted",
        operation: {
          "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
          status: "completed",
          completionReason: "completedSuccessfully",
        },
      },
    ]);
  });

  it("has the id of its path, in capitals without dashes, if its body has none", () => {
    expect(parseFixture("operation-without-id")).toMatchObject([
      { kind: "operation", callId: CALL, operationId: OPERATION, operation: { id: OPERATION } },
    ]);
  });

  it("has the id of its body if the path has none", () => {
    const resourceData = { "@odata.type": "#microsoft.graph.commsOperation", id: OPERATION.toUpperCase() };
    for (const resourceUrl of [`/communications/calls/${CALL}`, `/communications/calls/${CALL}/operations`]) {
      expect(parseEntry({ changeType: "updated", resourceUrl, resourceData })).toMatchObject([
        { kind: "operation", callId: CALL, operationId: OPERATION },
      ]);
    }
  });

  it("has the id of @odata.id if neither path nor body has one", () => {
    const resourceData = {
      "@odata.type": "#microsoft.graph.commsOperation",
      "@odata.id": `/app/calls/${CALL}/operations/${OPERATION}`,
    };
    expect(parseEntry({ changeType: "deleted", resourceData })).toMatchObject([
      { callId: CALL, operationId: OPERATION },
    ]);
    expect(
      parseEntry({ changeType: "deleted", resourceUrl: `/communications/calls/${CALL}`, resourceData }),
    ).toMatchObject([{ callId: CALL, operationId: OPERATION, operation: { id: OPERATION } }]);
  });

  it("has the id of its path if its body has another one", () => {
    expect(
      parseEntry({
        changeType: "deleted",
        resourceUrl: `/communications/calls/${CALL}/operations/${OPERATION}`,
        resourceData: { "@odata.type": "#microsoft.graph.commsOperation", id: "another" },
      }),
    ).toMatchObject([{ operationId: OPERATION, operation: { id: "another" } }]);
  });

  it("without any id is kept, to be matched by its clientContext", () => {
    expect(
      parseEntry({
        changeType: "deleted",
        resourceUrl: `/communications/calls/${CALL}`,
        resourceData: { "@odata.type": "#microsoft.graph.sendDtmfTonesOperation", clientContext: "ctx" },
      }),
    ).toMatchObject([{ kind: "operation", operationId: "", operation: { id: "", clientContext: "ctx" } }]);
  });

  it("is parsed from a path without a leading slash", () => {
    expect(parseFixture("operation-no-slash")).toMatchObject([{ callId: CALL, operationId: OPERATION }]);
  });

  it("is running while its status is null", () => {
    expect(parseFixture("operation-status-null")).toMatchObject([
      { kind: "operation", changeType: "updated", operation: { status: null } },
    ]);
  });

  it("has numeric codes that came as strings", () => {
    expect(parseFixture("operation-failed")).toMatchObject([
      { operation: { status: "failed", resultInfo: { code: 400, subcode: 8508 } } },
    ]);
  });

  it.each<OperationKind>([
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
  ])("of the documented type %s is recognised by its type, in any letter case", (kind) => {
    const resourceData = { "@odata.type": `#Microsoft.Graph.${kind.toUpperCase()}`, status: "running" };
    const [notification] = parseEntry({ resourceUrl: `/communications/calls/${CALL}`, resourceData });
    expect(notification?.kind === "operation" && isOperation(notification.operation, kind)).toBe(true);
  });

  it("may have an undocumented type", () => {
    expect(
      parseEntry({
        changeType: "deleted",
        resource: `/app/calls/${CALL}/operations/${OPERATION}`,
        resourceData: { "@odata.type": "#Microsoft.Graph.TeleportOperation", status: "Completed" },
      }),
    ).toMatchObject([{ kind: "operation", operation: { status: "completed" } }]);
  });

  it("without a type is recognised by its path or by its members", () => {
    const resourceData = { status: null };
    for (const path of [`/communications/calls/${CALL}/operations/${OPERATION}`, `/communications/calls/${CALL}`]) {
      const [notification] = parseEntry({ changeType: "deleted", resourceUrl: path, resourceData });
      expect(notification).toMatchObject({ kind: "operation", callId: CALL });
      expect(notification).not.toHaveProperty("operation.@odata.type");
    }
  });

  it("without a call is unknown", () => {
    const entry = {
      changeType: "deleted",
      resourceData: { "@odata.type": "#microsoft.graph.commsOperation", id: "1" },
    };
    expect(parseEntry(entry)).toEqual([{ kind: "unknown", changeType: "deleted", raw: entry }]);
  });
});

describe("a call", () => {
  it("with a tone is a tone", () => {
    expect(parseFixture("tone-pressed")).toMatchObject([
      {
        kind: "tone",
        callId: CALL,
        changeType: "updated",
        toneInfo: { sequenceId: 3, tone: "star" },
        call: { id: CALL, state: "established", toneInfo: { sequenceId: 3, tone: "star" } },
      },
    ]);
  });

  it("may have its tone in PascalCase with its number as a string", () => {
    expect(parseFixture("tone-as-strings")).toMatchObject([
      { kind: "tone", toneInfo: { tone: "tone7" }, call: { state: "established" } },
    ]);
  });

  it("without a tone, or with an unreadable one, is a call", () => {
    expect(parseFixture("call-tone-null")).toMatchObject([{ kind: "call", call: { state: "established" } }]);
    for (const toneInfo of [undefined, {}, { sequenceId: 1, tone: "gong" }, "tone1", []]) {
      const resourceData = { "@odata.type": "#microsoft.graph.call", toneInfo };
      const entry = { changeType: "updated", resourceUrl: `/communications/calls/${CALL}`, resourceData };
      expect(parseEntry(entry)).toMatchObject([{ kind: "call" }]);
    }
  });

  it("is parsed in the format of 2018", () => {
    expect(parseFixture("call-incoming-2018")).toMatchObject([
      { kind: "call", callId: CALL, changeType: "created", call: { id: CALL, state: "incoming" } },
    ]);
  });

  it("has the reason of its end", () => {
    expect(parseFixture("call-terminated")).toMatchObject([
      {
        kind: "call",
        changeType: "deleted",
        call: { state: "terminated", resultInfo: { code: 200, subcode: 5001 }, terminationReason: "CallEnded" },
      },
    ]);
  });

  it("has ended if it was deleted, also without data", () => {
    const resourceUrl = `/communications/calls/${CALL}`;
    for (const more of [{}, { resourceData: null }]) {
      const deleted = { changeType: "Deleted", resourceUrl, ...more };
      expect(parseEntry(deleted)).toEqual([
        { kind: "call", callId: CALL, changeType: "deleted", call: { id: CALL }, raw: deleted },
      ]);
      const updated = { changeType: "updated", resourceUrl, ...more };
      expect(parseEntry(updated)).toEqual([{ kind: "unknown", callId: CALL, changeType: "updated", raw: updated }]);
    }
  });

  it("has not ended if a resource of it was deleted without data", () => {
    const resourceUrl = `/communications/calls/${CALL}/operations/${OPERATION}`;
    expect(parseEntry({ changeType: "deleted", resourceUrl })).toMatchObject([{ kind: "unknown", callId: CALL }]);
  });

  it("has the id of its body if it has no path", () => {
    const resourceData = { "@odata.type": "#microsoft.graph.call", id: CALL.toUpperCase().replaceAll("-", "") };
    expect(parseEntry({ changeType: "created", resourceData })).toMatchObject([{ kind: "call", callId: CALL }]);
  });

  it("has the id of its path if its body has another one", () => {
    const resourceData = { "@odata.type": "#microsoft.graph.call", id: "another" };
    expect(
      parseEntry({ changeType: "updated", resourceUrl: `/communications/calls/${CALL}`, resourceData }),
    ).toMatchObject([{ callId: CALL, call: { id: "another" } }]);
  });

  it("without a type is recognised by its path", () => {
    const resourceUrl = `/communications/calls/${CALL}`;
    for (const resourceData of [{}, { "@odata.type": "" }, { "@odata.type": 7 }]) {
      expect(parseEntry({ changeType: "updated", resourceUrl, resourceData })).toMatchObject([{ kind: "call" }]);
    }
  });

  it("without a type and a path is recognised by its members", () => {
    const tone = { sequenceId: 1, tone: "pound" };
    for (const member of [{ state: "ringing" }, { callState: "ringing" }, { toneInfo: tone }]) {
      const resourceData = { ...member, id: CALL };
      expect(parseEntry({ changeType: "updated", resourceData })).toMatchObject([{ callId: CALL, call: member }]);
    }
    expect(parseEntry({ changeType: "updated", resourceData: { id: CALL } })).toMatchObject([{ kind: "unknown" }]);
  });

  it("without an id is unknown", () => {
    expect(parseEntry({ changeType: "updated", resourceData: { state: "established" } })).toMatchObject([
      { kind: "unknown", changeType: "updated" },
    ]);
  });
});

describe("an entry", () => {
  it("uses resourceUrl before resource, and resource before @odata.id", () => {
    const resourceData = { "@odata.type": "#microsoft.graph.call", "@odata.id": "/app/calls/third", id: "fourth" };
    const resource = "/app/calls/second";
    const resourceUrl = "/communications/calls/first";
    const callIdOf = (entry: object): unknown => parseEntry({ changeType: "updated", ...entry })[0]?.callId;
    expect(callIdOf({ resourceUrl, resource, resourceData })).toBe("first");
    expect(callIdOf({ resourceUrl: "/communications", resource, resourceData })).toBe("second");
    expect(callIdOf({ resourceUrl: 7, resource: "", resourceData })).toBe("third");
  });

  it("uses the type of its resource before the shape of its path", () => {
    const callPath = `/communications/calls/${CALL}`;
    const call = { "@odata.type": "#microsoft.graph.call", state: "established" };
    const operation = { "@odata.type": "#microsoft.graph.muteParticipantOperation", status: "completed" };
    const hologram = { "@odata.type": "#microsoft.graph.hologram", state: "established" };
    const kindOf = (resourceUrl: string, resourceData: unknown): unknown =>
      parseEntry({ changeType: "updated", resourceUrl, resourceData })[0]?.kind;
    expect(kindOf(`${callPath}/operations/${OPERATION}`, call)).toBe("call");
    expect(kindOf(callPath, operation)).toBe("operation");
    expect(kindOf(`${callPath}/operations/${OPERATION}`, hologram)).toBe("unknown");
    expect(kindOf(callPath, hologram)).toBe("unknown");
    expect(kindOf(`${callPath}/holograms/1`, { state: "established" })).toBe("unknown");
  });

  it("of participants becomes one notification, whatever its path is", () => {
    const [notification, ...others] = parseFixture("participants");
    expect(others).toEqual([]);
    expect(notification).toMatchObject({
      kind: "participants",
      callId: CALL,
      changeType: "updated",
      participants: [{ id: "p-1" }, { id: "p-2", isMuted: true }],
    });
  });

  it("of participants without a type is recognised by its path, and may be empty", () => {
    const resourceUrl = `/communications/calls/${CALL}/participants`;
    for (const resourceData of [[], [{ id: "p-1" }, null]]) {
      expect(parseEntry({ changeType: "updated", resourceUrl, resourceData })).toMatchObject([
        { kind: "participants", callId: CALL, participants: resourceData },
      ]);
    }
    const resourceData = { id: "p-1" };
    expect(parseEntry({ changeType: "updated", resourceUrl: `${resourceUrl}/p-1`, resourceData })).toMatchObject([
      { kind: "participants", participants: [resourceData] },
    ]);
  });

  it("of participants without a call is unknown", () => {
    const resourceData = [{ "@odata.type": "#microsoft.graph.participant", id: "p-1" }];
    expect(parseEntry({ changeType: "updated", resourceData })).toMatchObject([{ kind: "unknown" }]);
  });

  it("with several operations or calls becomes as many notifications, each with its own id", () => {
    const typed = (name: string, id: string): object => ({ "@odata.type": `#microsoft.graph.${name}`, id });
    expect(
      parseEntry({
        changeType: "updated",
        resourceUrl: `/communications/calls/${CALL}/operations`,
        resourceData: [typed("commsOperation", "o-1"), typed("sendDtmfTonesOperation", "o-2"), typed("call", "c-2")],
      }),
    ).toMatchObject([
      { kind: "operation", callId: CALL, operationId: "o-1" },
      { kind: "operation", callId: CALL, operationId: "o-2" },
      { kind: "call", callId: "c-2" },
    ]);
  });

  it("with several changes of one resource uses its path if they have no ids", () => {
    const resourceData = [
      { "@odata.type": "#microsoft.graph.commsOperation", status: "running" },
      { "@odata.type": "#microsoft.graph.commsOperation", status: "completed" },
    ];
    const resourceUrl = `/communications/calls/${CALL}/operations/${OPERATION}`;
    expect(parseEntry({ changeType: "updated", resourceUrl, resourceData })).toMatchObject([
      { operationId: OPERATION, operation: { status: "running" } },
      { operationId: OPERATION, operation: { status: "completed" } },
    ]);
  });

  it("with several resources uses their ids before its path; with one resource it uses the path first", () => {
    const resourceUrl = `/communications/calls/${CALL}/operations/${OPERATION}`;
    const idsOf = (...resourceData: object[]): unknown[] =>
      parseEntry({ changeType: "updated", resourceUrl, resourceData }).map((notification) =>
        notification.kind === "operation" ? notification.operationId : undefined,
      );
    const named = { "@odata.type": "#microsoft.graph.commsOperation", id: "o-1" };
    const linked = {
      "@odata.type": "#microsoft.graph.commsOperation",
      "@odata.id": `/app/calls/${CALL}/operations/o-2`,
    };
    expect(idsOf(named, linked)).toEqual(["o-1", "o-2"]);
    expect(idsOf(named)).toEqual([OPERATION]);
    expect(idsOf(linked)).toEqual([OPERATION]);
  });

  it("with several resources and no path uses the @odata.id of each", () => {
    const resourceData = ["first", "second"].map((id) => ({ "@odata.type": "call", "@odata.id": `/app/calls/${id}` }));
    expect(parseEntry({ changeType: "updated", resourceData })).toMatchObject([
      { callId: "first" },
      { callId: "second" },
    ]);
  });

  it("with several resources keeps the unreadable ones as one unknown notification", () => {
    const call = { "@odata.type": "#microsoft.graph.call" };
    const entry = {
      changeType: "updated",
      resourceUrl: `/app/calls/${CALL}`,
      resourceData: [null, call, 7, "text", []],
    };
    expect(parseEntry(entry)).toMatchObject([{ kind: "call" }, { kind: "unknown", callId: CALL, raw: entry }]);
  });

  it("with an empty list is unknown", () => {
    const entry = { changeType: "updated", resourceUrl: `/app/calls/${CALL}/operations`, resourceData: [] };
    expect(parseEntry(entry)).toEqual([{ kind: "unknown", callId: CALL, changeType: "updated", raw: entry }]);
  });

  it("of an unknown type is kept as unknown", () => {
    const [notification] = parseFixture("type-of-the-future");
    expect(notification).toMatchObject({
      kind: "unknown",
      callId: CALL,
      changeType: "upserted",
      raw: { resourceData: { "@odata.type": "#microsoft.graph.whiteboard", strokes: 12 } },
    });
  });

  it("without a change type is an update, and keeps an unknown change type", () => {
    const resourceData = { "@odata.type": "#microsoft.graph.call", id: CALL };
    expect(parseEntry({ resourceData })).toMatchObject([{ changeType: "updated" }]);
    expect(parseEntry({ changeType: "Upserted", resourceData })).toMatchObject([{ changeType: "Upserted" }]);
  });

  it("that is invalid does not affect the others", () => {
    expect(parseFixture("batch")).toMatchObject([
      { kind: "operation", operation: { completionReason: "mediaOperationCanceled" } },
      { kind: "unknown", changeType: "updated" },
      { kind: "unknown", raw: null },
      { kind: "unknown", raw: "text" },
      { kind: "call", call: { state: "established" } },
    ]);
  });

  it("cannot modify prototypes", () => {
    const body = `{"value":[{"changeType":"updated","__proto__":{"resourceUrl":"/app/calls/1"},"resourceUrl":
      "/communications/calls/${CALL}","resourceData":{"@odata.type":"#microsoft.graph.call","__proto__":{"polluted":1},
      "constructor":{"prototype":{"polluted":1}}}}]}`;
    expect(parseNotifications(body)).toMatchObject([{ kind: "call", callId: CALL }]);
    expect({}).not.toHaveProperty("polluted");
    expect((parseNotifications(body)[0] as { call?: object }).call).not.toHaveProperty("polluted");
  });

  it("with an id longer than the limit is unknown", () => {
    const long = "i".repeat(1025);
    const typed = (name: string, members: object): object => ({
      "@odata.type": `#microsoft.graph.${name}`,
      ...members,
    });
    const resourceUrl = `/communications/calls/${CALL}`;
    const kindOf = (entry: object): unknown => parseEntry({ changeType: "updated", ...entry })[0]?.kind;
    expect(kindOf({ resourceUrl, resourceData: typed("commsOperation", { id: long }) })).toBe("unknown");
    expect(kindOf({ resourceUrl, resourceData: typed("commsOperation", { clientContext: long }) })).toBe("unknown");
    for (const name of ["call", "commsOperation", "participant"]) {
      expect(kindOf({ resourceUrl: `/app/calls/${long}`, resourceData: typed(name, {}) })).toBe("unknown");
    }
    expect(kindOf({ resourceData: typed("call", { id: long }) })).toBe("unknown");
    expect(kindOf({ resourceData: typed("call", { id: long.slice(1) }) })).toBe("call");
  });

  it("with a duplicate key uses the last one", () => {
    const body = `{"value":[],"value":[{"resourceUrl":"/app/calls/1","resourceUrl":"/app/calls/2","changeType":"deleted"}]}`;
    expect(parseNotifications(body)).toMatchObject([{ kind: "call", callId: "2" }]);
  });
});

it("narrows every kind of notification by its type", () => {
  const [notification] = parseNotifications({ value: [] });
  expect(notification).toBeUndefined();
  if (notification?.kind === "tone") expectTypeOf(notification.toneInfo.sequenceId).toEqualTypeOf<number>();
  if (notification?.kind === "unknown") expectTypeOf(notification.callId).toEqualTypeOf<string | undefined>();
});
