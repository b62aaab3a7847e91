import fc from "fast-check";
import { expect, it } from "vitest";
import { parseNotifications } from "./parse-notifications.ts";

const KINDS = ["operation", "tone", "call", "participants", "unknown"];

/** Expects notifications or `invalid_notification`. */
function expectSafe(body: unknown): void {
  try {
    for (const { kind, callId } of parseNotifications(body)) {
      if (!KINDS.includes(kind)) throw new Error(`got kind ${kind}`);
      if (kind !== "unknown" && !callId) throw new Error(`got ${kind} of no call`);
    }
  } catch (error) {
    expect(error).toMatchObject({ code: "invalid_notification" });
  }
}

const type = fc.oneof(
  fc.constantFrom(
    "#microsoft.graph.call",
    "#microsoft.graph.participant",
    "#microsoft.graph.sendDtmfTonesOperation",
    "#Microsoft.Graph.CommsOperation",
    "",
  ),
  fc.jsonValue(),
);
const path = fc.oneof(
  fc.constantFrom("/communications/calls/1", "/app/calls/1/operations/2", "/app/calls/1/participants", "calls('1')"),
  fc.jsonValue(),
);
/** JSON that is similar enough to a resource to pass the first checks. */
const resource = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      "@odata.type": type,
      "@odata.id": path,
      id: fc.jsonValue(),
      status: fc.jsonValue(),
      state: fc.jsonValue(),
      callState: fc.jsonValue(),
      clientContext: fc.jsonValue(),
      completionReason: fc.jsonValue(),
      resultInfo: fc.oneof(fc.jsonValue(), fc.record({ code: fc.jsonValue(), subCode: fc.jsonValue() })),
      toneInfo: fc.oneof(fc.jsonValue(), fc.record({ sequenceId: fc.jsonValue(), tone: fc.jsonValue() })),
    },
    { requiredKeys: [] },
  ),
);
const entry = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      changeType: fc.jsonValue(),
      resourceUrl: path,
      resource: path,
      resourceData: fc.oneof(resource, fc.array(resource)),
    },
    { requiredKeys: [] },
  ),
);

it("returns notifications or throws invalid_notification for arbitrary JSON", () => {
  fc.assert(fc.property(fc.jsonValue(), expectSafe));
  fc.assert(fc.property(fc.json(), expectSafe));
});

it("returns at least one notification for each arbitrary entry, independent of the other entries", () => {
  const oneByOne = fc.property(fc.array(entry), (entries) => {
    const apart = entries.flatMap((value) => parseNotifications({ value: [value] }));
    expect(apart.length).toBeGreaterThanOrEqual(entries.length);
    expect(parseNotifications({ value: entries })).toEqual(apart);
    expectSafe({ value: entries });
  });
  fc.assert(oneByOne, { numRuns: 500 });
});

it("returns notifications or throws invalid_notification for arbitrary bytes and texts", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), expectSafe));
  fc.assert(fc.property(fc.string({ unit: "binary-ascii" }), expectSafe));
});

it("returns notifications or throws invalid_notification for damaged bytes", () => {
  const body = Buffer.from(
    '{"value":[{"resourceUrl":"/app/calls/1/operations/2","resourceData":{"status":"completed"}}]}',
  );
  const damage = fc.record({ at: fc.nat(body.length - 1), byte: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(damage, { maxLength: 4 }), (damages) => {
      const damaged = Uint8Array.from(body);
      for (const { at, byte } of damages) damaged[at] = byte;
      expectSafe(damaged);
    }),
  );
});

it("reads the common form of an operation as the general code does", () => {
  const data = fc.record(
    {
      id: fc.oneof(fc.uuid(), fc.jsonValue()),
      status: fc.oneof(fc.constantFrom("Completed", "completed"), fc.jsonValue()),
      clientContext: fc.oneof(fc.constant("x".repeat(1025)), fc.jsonValue()),
      completionReason: fc.jsonValue(),
      resultInfo: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const changeType = fc.oneof(fc.constantFrom("deleted", "Deleted"), fc.jsonValue());
  const usual = fc.tuple(fc.uuid(), fc.uuid()).map(([call, key]) => `/communications/calls/${call}/operations/${key}`);
  fc.assert(
    fc.property(usual, changeType, data, (usual, changeType, members) => {
      const resourceData = { "@odata.type": "#microsoft.graph.sendDtmfTonesOperation", ...members };
      const [one, other] = [usual, `/v1.0${usual}`].map((resourceUrl) => {
        const [read, ...more] = parseNotifications({ value: [{ changeType, resourceUrl, resourceData }] });
        return [{ ...read, raw: undefined }, more];
      });
      expect(one).toEqual(other);
    }),
    { numRuns: 500 },
  );
});

it("finds every id in every spelling", () => {
  const spellings: ((guid: string) => string)[] = [
    (guid) => guid,
    (guid) => guid.toUpperCase(),
    (guid) => guid.replaceAll("-", ""),
    (guid) => guid.toUpperCase().replaceAll("-", ""),
  ];
  const spelled = fc.record({
    host: fc.constantFrom("", "https://graph.microsoft.com", "http://127.0.0.1:4000"),
    version: fc.constantFrom("", "/v1.0", "/beta"),
    parent: fc.constantFrom("/communications", "/app", "/Communications"),
    spell: fc.constantFrom(...spellings),
    key: fc.constantFrom(
      (id: string) => `/${id}`,
      (id: string) => `('${id}')`,
    ),
    slash: fc.boolean(),
    where: fc.constantFrom("resourceUrl", "resource", "@odata.id"),
    id: fc.constantFrom("inBody", "inPath", "inBoth"),
  });
  fc.assert(
    fc.property(spelled, fc.uuid(), fc.uuid(), (how, callId, operationId) => {
      const inPath = how.id === "inBody" ? "" : how.key(how.spell(operationId));
      const full = `${how.host}${how.version}${how.parent}/calls${how.key(how.spell(callId))}/operations${inPath}`;
      const path = how.slash || how.host !== "" ? full : full.slice(1);
      const data = {
        "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
        status: "completed",
        ...(how.id !== "inPath" && { id: how.spell(operationId) }),
        ...(how.where === "@odata.id" && { "@odata.id": path }),
      };
      const raw = {
        changeType: "deleted",
        ...(how.where !== "@odata.id" && { [how.where]: path }),
        resourceData: data,
      };
      expect(parseNotifications(JSON.stringify({ value: [raw] }))).toMatchObject([
        { kind: "operation", callId, operationId, operation: { id: operationId }, raw },
      ]);
    }),
    { numRuns: 500 },
  );
});
