import { once } from "node:events";
import type { OperationStore } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import { SignJWT } from "jose";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { listen, sendOverHttp } from "../__fixtures__/edges.ts";
import { CALL, callEntry, envelope, toneEntry, tonesEntry } from "../__fixtures__/envelopes.ts";
import { KEYS, startKeyServer } from "../__fixtures__/key-server.ts";
import { deferred } from "../__fixtures__/ports.ts";
import { connectRaw, head } from "../__fixtures__/raw-socket.ts";
import {
  APP_ID,
  claimsAt,
  createKey,
  encodePart,
  sign,
  TENANT_ID,
  type TestKey,
  without,
} from "../__fixtures__/tokens.ts";
import { toNodeHandler } from "../node.ts";
import { createOperationTracker } from "../tracker/create-operation-tracker.ts";
import { createMemoryOperationStore } from "../tracker/memory-store.ts";
import { createGraphCallingVerifier } from "../verification/graph-calling-verifier.ts";
import { createNotificationReceiver } from "./notification-receiver.ts";

let key: TestKey;
let otherKey: TestKey;
beforeAll(async () => {
  [key, otherKey] = await Promise.all([createKey("key-1"), createKey("key-1")]);
});

/** All the real parts, over real HTTP. */
async function openDoor({ store }: { store?: OperationStore } = {}) {
  const clock = createManualClock();
  const keyServer = await startKeyServer([key.jwk]);
  onTestFinished(() => keyServer.close());
  const verifier = createGraphCallingVerifier({
    appId: APP_ID,
    tenantIds: [TENANT_ID],
    openIdConfigurationUrl: keyServer.configurationUrl,
    clock,
  });
  const operations = createOperationTracker({ clock, ...(store && { store }) });
  onTestFinished(() => operations.close());
  const errors: unknown[] = [];
  const receiver = createNotificationReceiver({ verifier, operations, clock, onError: (error) => errors.push(error) });
  const { port, close } = await listen(toNodeHandler(receiver, { clock }));
  onTestFinished(close);
  const claims = claimsAt(clock.now());
  const authorization = [`Bearer ${await sign(key, claims)}`];
  const deliver = async (...entries: unknown[]): Promise<number> =>
    (await sendOverHttp(port, { authorization, body: envelope(...entries) })).status;
  return { clock, keyServer, operations, errors, receiver, port, claims, authorization, deliver };
}

type Door = Awaited<ReturnType<typeof openDoor>>;

describe("the door, with all its parts", () => {
  it("settles a wait, and tells the handlers whose it was", async () => {
    const { operations, receiver, deliver } = await openDoor();
    const heard: unknown[] = [];
    receiver.on("operation", ({ tenantId, operation }) => heard.push([tenantId, operation.status]));
    const pending = operations.expect({ callId: CALL, clientContext: "context-o-1" });
    pending.deliveryUnknown();
    expect(await deliver(tonesEntry("o-1"))).toBe(202);
    expect(await pending.completion()).toMatchObject({ outcome: "completed", played: "all" });
    expect(await deliver(tonesEntry("o-1"))).toBe(202);
    await receiver.drain();
    expect(heard).toEqual([[TENANT_ID, "completed"]]);
  });

  it("lets a handler await what only a later notification of its call brings", async () => {
    const { operations, receiver, deliver } = await openDoor();
    const outcomes: unknown[] = [];
    receiver.on("tone", async () => {
      const pending = operations.expect({ callId: CALL, clientContext: "context-o-1" });
      pending.deliveryUnknown();
      begun.resolve();
      outcomes.push((await pending.completion()).outcome);
    });
    receiver.on("call", async ({ call }) => {
      if (call.state === "established") outcomes.push(await operations.ended(CALL));
    });
    const begun = deferred();
    expect(await deliver(toneEntry(1), callEntry("established"))).toBe(202);
    await begun.promise;
    expect(await deliver(tonesEntry("o-1"))).toBe(202);
    expect(await deliver(callEntry("terminated", { changeType: "deleted" }))).toBe(202);
    await receiver.drain();
    expect(outcomes).toEqual(["completed", {}]);
  });

  it("lets a handler await a tone that somebody presses later in its call", async () => {
    const { receiver, deliver } = await openDoor();
    const begun = deferred();
    const pressed: unknown[] = [];
    receiver.on("call", async ({ callId, call }) => {
      if (call.state !== "established") return;
      const tones = receiver.tones(callId)[Symbol.asyncIterator]();
      begun.resolve();
      pressed.push((await tones.next()).value);
    });
    expect(await deliver(callEntry("established"))).toBe(202);
    await begun.promise;
    expect(await deliver(toneEntry(1, { tone: "pound" }))).toBe(202);
    await receiver.drain();
    expect(pressed).toMatchObject([{ sequenceId: 1, tone: "pound" }]);
  });

  it("asks for an end again that its store could not keep, and hands it on once", async () => {
    const memory = createMemoryOperationStore();
    let isDown = true;
    const put: OperationStore["put"] = async (event) => {
      if (isDown) throw new Error("store is down");
      return memory.put(event);
    };
    const { operations, receiver, deliver, errors } = await openDoor({ store: { ...memory, put } });
    const heard: string[] = [];
    receiver.on("operation", ({ operationId }) => heard.push(operationId));
    const pending = operations.expect({ callId: CALL, clientContext: "context-o-1" });
    pending.deliveryUnknown();
    expect(await deliver(tonesEntry("o-1"))).toBe(503);
    expect(await pending.completion()).toMatchObject({ outcome: "completed" });
    await receiver.drain();
    expect([heard, errors.length]).toEqual([[], 1]);
    isDown = false;
    for (let time = 0; time < 2; time++) expect(await deliver(tonesEntry("o-1"))).toBe(202);
    await receiver.drain();
    expect(heard).toEqual(["o-1"]);
  });

  it("answers 503 while no key can be had, and lets in once one can", async () => {
    const { keyServer, clock, deliver, errors } = await openDoor();
    keyServer.instead[KEYS] = (response) => response.writeHead(500).end();
    expect(await deliver(toneEntry(1))).toBe(503);
    expect(errors).toMatchObject([{ code: "keys_unavailable" }]);
    keyServer.instead = {};
    await clock.advance(60_000);
    expect(await deliver(toneEntry(1))).toBe(202);
  });

  it("reads JSON that is made to break readers, and stays open", { timeout: 120_000 }, async () => {
    const { port, authorization, deliver, receiver } = await openDoor();
    for (const kind of ["operation", "tone", "call", "participants", "unknown"] as const) receiver.on(kind, () => {});
    const deep = `${"[".repeat(500_000)}${"]".repeat(500_000)}`;
    const bombs = [
      deep,
      `{"value":${deep}}`,
      `{"value":[{"resourceUrl":"/communications/calls/c","resourceData":${deep}}]}`,
      `{"value":[{"resourceUrl":"/communications/calls/c","resourceData":{"state":"hold","x":${deep}}}]}`,
      `{"value":[${"{},".repeat(300_000)}{}]}`,
      `{"value":[${"0,".repeat(500_000)}0]}`,
      `{"value":[{"resourceUrl":"/app/calls/c","resourceData":[${"{},".repeat(300_000)}{}]}]}`,
      `{"value":[{"resourceUrl":"/app/calls/${"c".repeat(1_000_000)}","resourceData":{"state":"hold"}}]}`,
      `{"value":[{"resourceUrl":"${"/calls('".repeat(100_000)}","resourceData":{"state":"hold"}}]}`,
      `{"value":[{"resourceUrl":"/app/calls/c","resourceData":{"toneInfo":{"sequenceId":1e999,"tone":"tone1"}}}]}`,
      `{"__proto__":{"value":[]},"value":[{"__proto__":{"kind":"call"}}]}`,
    ];
    for (const body of bombs) {
      const { status } = await sendOverHttp(port, { authorization, body });
      expect([202, 400]).toContain(status);
    }
    await receiver.drain();
    expect(await deliver(toneEntry(1))).toBe(202);
  });
});

describe("an attacker", () => {
  const attacks: readonly [name: string, headers: (door: Door) => Promise<string[]>][] = [
    ["sends no token", async () => []],
    ["sends an empty token", async () => ["Bearer "]],
    ["sends a password", async () => ["Basic Ym90OnNlY3JldA=="]],
    ["does without a signature", async ({ claims }) => [unsigned(claims)]],
    [
      "signs with the public key as if it were a secret",
      async ({ claims }) => {
        const secret = key.publicKey.export({ type: "spki", format: "pem" });
        const token = new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "key-1" });
        return [`Bearer ${await token.sign(Buffer.from(secret))}`];
      },
    ],
    ["signs with another hash", async ({ claims }) => [await bearer(claims, { alg: "RS384" })]],
    ["signs with a key of its own under a known id", async ({ claims }) => [`Bearer ${await sign(otherKey, claims)}`]],
    ["brings the key along", async ({ claims }) => [`Bearer ${await sign(otherKey, claims, { jwk: otherKey.jwk })}`]],
    [
      "names a place for the key",
      async ({ claims }) => [await bearer(claims, { kid: "x", jku: "https://evil.example" })],
    ],
    ["names a file as key", async ({ claims }) => [await bearer(claims, { kid: "../../../../dev/null" })]],
    ["changes what was signed", async ({ claims }) => [tampered(await bearer(claims))]],
    ["uses a token for another bot", async ({ claims }) => [await bearer({ ...claims, aud: TENANT_ID })]],
    [
      "uses a token of another issuer",
      async ({ claims }) => [await bearer({ ...claims, iss: "https://evil.example" })],
    ],
    ["uses a token of another tenant", async ({ claims }) => [await bearer({ ...claims, tid: APP_ID })]],
    ["uses a token of no tenant", async ({ claims }) => [await bearer(without(claims, "tid"))]],
    ["uses a token of yesterday", async ({ claims }) => [await bearer({ ...claims, nbf: 1, exp: 2 })]],
    ["uses a token of tomorrow", async ({ claims }) => [await bearer({ ...claims, nbf: 4e9, exp: 4e9 + 300 })]],
    ["hides a token behind a good one", async ({ authorization }) => [...authorization, "Bearer x"]],
    ["hides a good token behind another", async ({ authorization }) => ["Bearer x", ...authorization]],
  ];

  it.each(attacks)("who %s hears 401, and nobody hears of it", async (_, headers) => {
    const door = await openDoor();
    const heard: unknown[] = [];
    door.receiver.on("operation", (notification) => heard.push(notification));
    const pending = door.operations.expect({ callId: CALL, clientContext: "context-o-1" });
    const post = { authorization: await headers(door), body: envelope(tonesEntry("o-1")) };
    const answer = await sendOverHttp(door.port, post);
    expect([answer.status, answer.headers.get("www-authenticate"), answer.body]).toEqual([401, "Bearer", ""]);
    await door.receiver.drain();
    expect([heard, pending.outcome, door.errors]).toEqual([[], undefined, []]);
    expect(await door.deliver(tonesEntry("o-1"))).toBe(202);
  });

  it("who sends a token of a megabyte is not listened to", async () => {
    const { port, deliver } = await openDoor();
    const client = connectRaw(port);
    client.write(head(`Authorization: Bearer ${"x".repeat(1024 * 1024)}`));
    await client.closed();
    expect(client.heard).toMatch(/^(HTTP\/1.1 431 |$)/);
    expect(await deliver(toneEntry(1))).toBe(202);
  });

  it("who opens 1,000 connections and says nothing, or half a head, keeps nobody out", async () => {
    const { port, deliver } = await openDoor();
    // By the hundred, which is what a server's queue holds.
    for (let hundreds = 0; hundreds < 10; hundreds++) {
      const idle = Array.from({ length: 100 }, () => connectRaw(port));
      for (const client of idle.slice(50)) client.write("POST /callback HTTP/1.1\r\nAuthorization: Bearer ");
      await Promise.all(idle.map(({ socket }) => once(socket, "connect")));
    }
    expect(await deliver(toneEntry(1))).toBe(202);
  });

  it("who sends no token has no byte of the body read, be it 100 MB or without end", async () => {
    const { port, deliver, clock } = await openDoor();
    for (const framing of ["Content-Length: 104857600", "Transfer-Encoding: chunked"]) {
      const client = connectRaw(port);
      client.write(head(framing));
      expect(await client.hears(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 401 .*connection: close/is);
      await clock.advance(2_000);
      await client.closed();
    }
    expect(await deliver(toneEntry(1))).toBe(202);
  });

  it("who makes up 1,000 key ids has the keys fetched a few times at most", async () => {
    const { port, claims, keyServer, deliver } = await openDoor();
    expect(await deliver(toneEntry(1))).toBe(202);
    const tokens = Array.from({ length: 1_000 }, (_, index) => {
      const header = encodePart({ alg: "RS256", kid: `made-up-${index}` });
      return `Bearer ${header}.${encodePart(claims)}.${"A".repeat(342)}`;
    });
    for (const token of tokens) expect((await sendOverHttp(port, { authorization: [token] })).status).toBe(401);
    expect(keyServer.loads).toBeLessThanOrEqual(3);
    expect(await deliver(toneEntry(2))).toBe(202);
  });
});

async function bearer(...[claims, header]: [Door["claims"], Parameters<typeof sign>[2]?]): Promise<string> {
  return `Bearer ${await sign(key, claims, header)}`;
}

function unsigned(claims: Door["claims"]): string {
  return `Bearer ${encodePart({ alg: "none", typ: "JWT" })}.${encodePart(claims)}.`;
}

/** The same token for everybody's tenant. */
function tampered(authorization: string): string {
  const [header, payload = "", signature] = authorization.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  return [header, encodePart({ ...claims, exp: 4e9 }), signature].join(".");
}
