import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ReceivedNotification } from "./__fixtures__/recording-bot.ts";
import { createTestSetup, type TestSetup } from "./__fixtures__/test-setup.ts";
import type { DeliveryFault, SpellingFault, TokenFault } from "./index.ts";

let setup: TestSetup;
let callId: string;
beforeAll(async () => {
  setup = await createTestSetup();
});
afterEach(() => setup.simulator.reset());
afterAll(() => setup.close());

/** Creates a call and adds a fault, which applies to the next notification of the call. */
async function startCallWith(fault: DeliveryFault | TokenFault | SpellingFault): Promise<void> {
  setup.bot.received.length = 0;
  callId = await setup.createEstablishedCall();
  await setup.simulator.settled();
  setup.bot.received.length = 0;
  setup.simulator.faults.next(fault);
}

const send = (clientContext: string): ReturnType<TestSetup["client"]["sendTones"]> =>
  setup.client.sendTones(callId, { tones: ["tone1"], clientContext });

/** Returns the contexts of the operations, or the states of the call, that the bot was notified of, in order. */
async function receivedAfter(afterMs: number): Promise<string[]> {
  await setup.clock.advance(afterMs);
  await setup.simulator.settled();
  return setup.bot.received.map(({ resourceData }) => resourceData.clientContext ?? resourceData.state);
}

describe("a notification", () => {
  test("can be dropped", async () => {
    await startCallWith({ on: "notification", deliver: "drop" });
    await send("first");
    await send("second");
    expect(await receivedAfter(10_000)).toEqual(["second"]);
    expect(setup.simulator.undelivered).toEqual([]);
  });

  test("can be sent twice", async () => {
    await startCallWith({ on: "notification", deliver: "duplicate" });
    await send("first");
    await send("second");
    expect(await receivedAfter(10_000)).toEqual(["first", "first", "second"]);
    const [one, other] = setup.bot.received;
    expect(one?.text).toBe(other?.text);
    expect(one?.headers["x-microsoft-skype-message-id"]).not.toBe(other?.headers["x-microsoft-skype-message-id"]);
  });

  test("can be sent 5 s late, even after the end of the call", async () => {
    await startCallWith({ on: "notification", deliver: "late" });
    await send("first");
    expect(await receivedAfter(100)).toEqual([]);
    setup.simulator.call(callId).hangUp();
    expect(await receivedAfter(4999)).toEqual(["terminated"]);
    expect(await receivedAfter(1)).toEqual(["terminated", "first"]);
  });

  test("can be sent after the next one", async () => {
    await startCallWith({ on: "notification", deliver: "reorder" });
    await send("first");
    expect(await receivedAfter(100)).toEqual([]);
    await send("second");
    expect(await receivedAfter(100)).toEqual(["second", "first"]);
    await send("third");
    expect(await receivedAfter(10_000)).toEqual(["second", "first", "third"]);
  });

  test("can be sent in one envelope with the next one", async () => {
    await startCallWith({ on: "notification", deliver: "batch" });
    await send("first");
    expect(await receivedAfter(100)).toEqual([]);
    await send("second");
    expect(await receivedAfter(10_000)).toEqual(["first", "second"]);
    const [one, other] = setup.bot.received;
    expect(one?.text).toBe(other?.text);
    expect(JSON.parse(one?.text ?? "").value).toHaveLength(2);
  });

  test.each(["reorder", "batch"] as const)(
    "with the fault %s is sent alone after 5 s if no other follows",
    async (deliver) => {
      await startCallWith({ on: "notification", deliver });
      await send("first");
      expect(await receivedAfter(5099)).toEqual([]);
      expect(await receivedAfter(1)).toEqual(["first"]);
    },
  );

  test("that is held for the next one is dropped by a reset", async () => {
    await startCallWith({ on: "notification", deliver: "batch" });
    await send("first");
    await setup.clock.advance(100);
    await setup.simulator.reset();
    expect(await receivedAfter(10_000)).toEqual([]);
    expect(setup.clock.pending).toBe(0);
  });

  test("can be sent before the response to the request that caused it", async () => {
    await startCallWith({ on: "notification", deliver: "early" });
    const events: string[] = [];
    const waiting = setup.clock.pending;
    const answered = send("first").then((reply) => {
      events.push("answer");
      return reply;
    });
    while (setup.clock.pending === waiting) await new Promise((resolve) => setImmediate(resolve));
    await setup.clock.advance(100);
    const notification = await setup.bot.waitFor(({ resourceData }) => resourceData.clientContext === "first");
    events.push("notification");
    const { status, body } = await answered;
    expect(events).toEqual(["notification", "answer"]);
    expect(status).toBe(200);
    // The response contains the state of the operation before the notification.
    expect(body).toMatchObject({ id: notification.resourceData.id, status: "running" });
  });

  test("of a new call can be sent before the response with the id", async () => {
    await startCallWith({ on: "notification", deliver: "early" });
    const created = await setup.client.request("POST", "/v1.0/communications/calls", {
      body: setup.client.createCallBody(),
    });
    expect(created.status).toBe(201);
    // The notification was delivered before the response, so the test does not wait for it.
    expect(setup.bot.summarize(created.body.id)).toEqual(["updated establishing"]);
  });
});

describe("the token of a notification", () => {
  const verify = async ({ headers }: ReceivedNotification): Promise<unknown> => {
    const keys = createRemoteJWKSet(new URL(`${setup.simulator.url}/v1/.well-known/keys`));
    return await jwtVerify(String(headers.authorization).slice("Bearer ".length), keys, {
      algorithms: ["RS256"],
      issuer: "https://api.botframework.com",
      audience: setup.simulator.appId,
      requiredClaims: ["tid"],
      clockTolerance: 300,
      currentDate: new Date(setup.clock.now()),
    });
  };

  test.each<[TokenFault["token"], string]>([
    ["missing", "Invalid Compact JWS"],
    ["expired", '"exp" claim timestamp check failed'],
    ["notYetValid", '"nbf" claim timestamp check failed'],
    ["wrongAudience", 'unexpected "aud" claim value'],
    ["wrongIssuer", 'unexpected "iss" claim value'],
    ["noTenant", 'missing required "tid" claim'],
    ["wrongKey", "signature verification failed"],
    ["algNone", '"alg" (Algorithm) Header Parameter value not allowed'],
  ])("can have the flaw %s, once", async (token, message) => {
    await startCallWith({ on: "notification", token });
    await send("first");
    await send("second");
    expect(await receivedAfter(1000)).toEqual(["first", "second"]);
    const [flawed, sound] = setup.bot.received as [ReceivedNotification, ReceivedNotification];
    await expect(verify(flawed)).rejects.toThrow(message);
    await expect(verify(sound)).resolves.toBeDefined();
    if (token === "missing") expect(flawed.headers).not.toHaveProperty("authorization");
    else expect(decodeJwt(String(flawed.headers.authorization).slice("Bearer ".length)).appid).toBeDefined();
  });
});

describe("a notification can be written", () => {
  async function spelled(
    spell: SpellingFault["spell"],
  ): Promise<{ operationId: string; entry: ReceivedNotification; envelope: Record<string, unknown> }> {
    await startCallWith({ on: "notification", spell });
    const { body } = await send("first");
    await receivedAfter(100);
    const [entry] = setup.bot.received as [ReceivedNotification];
    return { operationId: body.id, entry, envelope: JSON.parse(entry.text) };
  }
  const upperDashless = (id: string): string => id.replaceAll("-", "").toUpperCase();

  test("in PascalCase", async () => {
    const { envelope, entry, operationId } = await spelled("pascalCase");
    expect(envelope["@odata.type"]).toBe("#Microsoft.Graph.CommsNotifications");
    expect(entry).toMatchObject({ "@odata.type": "#Microsoft.Graph.CommsNotification", changeType: "Deleted" });
    expect(entry.resourceData).toEqual({
      "@odata.type": "#Microsoft.Graph.SendDtmfTonesOperation",
      status: "Completed",
      completionReason: "CompletedSuccessfully",
      clientContext: "first",
      id: operationId,
    });
  });

  test("with upper-case ids without dashes in resourceUrl", async () => {
    const { entry, operationId } = await spelled("upperDashless");
    expect(entry.resourceUrl).toBe(
      `/communications/calls/${upperDashless(callId)}/operations/${upperDashless(operationId)}`,
    );
    expect(entry.resourceData.id).toBe(operationId);
  });

  test("without an id", async () => {
    const { entry, operationId } = await spelled("noId");
    expect(entry.resourceData).not.toHaveProperty("id");
    expect(entry.resourceUrl).toContain(operationId);
  });

  test("without an id, but with the ids of the participants", async () => {
    setup.bot.received.length = 0;
    setup.simulator.faults.next({ on: "notification", spell: "noId" });
    setup.simulator.incoming({ callbackUri: setup.bot.callbackUri, from: { user: { id: "caller" } } });
    await receivedAfter(0);
    const [{ resourceData }] = setup.bot.received as [ReceivedNotification];
    expect(resourceData).not.toHaveProperty("id");
    expect(resourceData.source.identity.user.id).toBe("caller");
  });

  test("without the leading slash", async () => {
    const { entry } = await spelled("noSlash");
    expect(entry.resourceUrl).toMatch(/^communications\/calls\//);
  });

  test("with the deprecated path", async () => {
    const { envelope, operationId } = await spelled("appPath");
    const [entry] = envelope.value as Record<string, unknown>[];
    expect(entry?.resource).toBe(`/app/calls/${callId}/operations/${operationId}`);
    expect(entry).not.toHaveProperty("resourceUrl");
  });

  test("with numbers as strings", async () => {
    await startCallWith({ on: "notification", spell: "stringNumbers" });
    setup.simulator.call(callId).hangUp({ code: 200, subcode: 5001 });
    await receivedAfter(0);
    expect(setup.bot.received[0]?.resourceData.resultInfo).toMatchObject({ code: "200", subcode: "5001" });
  });

  test("in Windows-1252", async () => {
    await startCallWith({ on: "notification", spell: "windows1252" });
    setup.simulator.call(callId).hangUp({ code: 200, subcode: 0, message: "Gespräch für 5 € beendet – Grüße\u0085" });
    await receivedAfter(0);
    const [entry] = setup.bot.received as [ReceivedNotification];
    expect(entry.headers["content-type"]).toBe("application/json; charset=Windows-1252");
    const text = new TextDecoder("windows-1252").decode(entry.bytes);
    expect(JSON.parse(text).value[0].resourceData.resultInfo.message).toBe("Gespräch für 5 € beendet – Grüße\u0085");
    // The body is not valid UTF-8.
    expect(() => new TextDecoder("utf-8", { fatal: true }).decode(entry.bytes)).toThrow();
  });

  test("in the protocol that preceded Graph, and again in Graph's if the bot responds 204", async () => {
    setup.bot.status = 204;
    try {
      const { operationId, entry } = await spelled("legacyFirst");
      expect(setup.bot.legacy).toEqual([
        expect.objectContaining({ id: callId, callState: "established", tenantId: setup.simulator.tenantId }),
      ]);
      expect(setup.bot.legacy[0]).not.toHaveProperty("value");
      expect(entry.resourceUrl).toContain(operationId);
    } finally {
      setup.bot.status = 202;
    }
  });

  test("in the protocol that preceded Graph only, if the bot responds 202", async () => {
    setup.bot.legacy.length = 0;
    await startCallWith({ on: "notification", spell: "legacyFirst" });
    await send("first");
    expect(await receivedAfter(1000)).toEqual([]);
    expect(setup.bot.legacy).toHaveLength(1);
  });
});
