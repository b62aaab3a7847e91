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

/** Uses the real parts and real HTTP. */
async function openServer({ store }: { store?: OperationStore } = {}) {
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

type OpenServer = Awaited<ReturnType<typeof openServer>>;

describe("a receiver with all its real parts", () => {
  it("settles a wait and calls the handlers", async () => {
    const { operations, receiver, deliver } = await openServer();
    const received: unknown[] = [];
    receiver.on("operation", ({ tenantId, operation }) => received.push([tenantId, operation.status]));
    const pending = operations.expect({ callId: CALL, clientContext: "context-o-1" });
    pending.deliveryUnknown();
    expect(await deliver(tonesEntry("o-1"))).toBe(202);
    expect(await pending.completion()).toMatchObject({ outcome: "completed", played: "all" });
    expect(await deliver(tonesEntry("o-1"))).toBe(202);
    await receiver.drain();
    expect(received).toEqual([[TENANT_ID, "completed"]]);
  });

  it("lets a handler await a later notification of its call", async () => {
    const { operations, receiver, deliver } = await openServer();
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

  it("lets a handler await a later tone of its call", async () => {
    const { receiver, deliver } = await openServer();
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

  it("answers 503 if the store fails, and handles the repeated notification once", async () => {
    const memory = createMemoryOperationStore();
    let isDown = true;
    const put: OperationStore["put"] = async (event) => {
      if (isDown) throw new Error("store is down");
      return memory.put(event);
    };
    const { operations, receiver, deliver, errors } = await openServer({ store: { ...memory, put } });
    const received: string[] = [];
    receiver.on("operation", ({ operationId }) => received.push(operationId));
    const pending = operations.expect({ callId: CALL, clientContext: "context-o-1" });
    pending.deliveryUnknown();
    expect(await deliver(tonesEntry("o-1"))).toBe(503);
    expect(await pending.completion()).toMatchObject({ outcome: "completed" });
    await receiver.drain();
    expect([received, errors.length]).toEqual([[], 1]);
    isDown = false;
    for (let time = 0; time < 2; time++) expect(await deliver(tonesEntry("o-1"))).toBe(202);
    await receiver.drain();
    expect(received).toEqual(["o-1"]);
  });

  it("answers 503 while no key can be loaded, and 202 afterwards", async () => {
    const { keyServer, clock, deliver, errors } = await openServer();
    keyServer.instead[KEYS] = (response) => response.writeHead(500).end();
    expect(await deliver(toneEntry(1))).toBe(503);
    expect(errors).toMatchObject([{ code: "keys_unavailable" }]);
    keyServer.instead = {};
    await clock.advance(60_000);
    expect(await deliver(toneEntry(1))).toBe(202);
  });

  it("survives JSON that is made to break parsers", { timeout: 120_000 }, async () => {
    const { port, authorization, deliver, receiver } = await openServer();
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
  const attacks: readonly [name: string, headers: (server: OpenServer) => Promise<string[]>][] = [
    ["no token", async () => []],
    ["an empty token", async () => ["Bearer "]],
    ["a password", async () => ["Basic Ym90OnNlY3JldA=="]],
    ["an unsigned token", async ({ claims }) => [unsigned(claims)]],
    [
      "a token signed with the public key as a secret",
      async ({ claims }) => {
        const secret = key.publicKey.export({ type: "spki", format: "pem" });
        const token = new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "key-1" });
        return [`Bearer ${await token.sign(Buffer.from(secret))}`];
      },
    ],
    ["a token signed with another hash", async ({ claims }) => [await bearer(claims, { alg: "RS384" })]],
    [
      "a token signed with another key under a known id",
      async ({ claims }) => [`Bearer ${await sign(otherKey, claims)}`],
    ],
    ["an embedded key", async ({ claims }) => [`Bearer ${await sign(otherKey, claims, { jwk: otherKey.jwk })}`]],
    ["a URL of a key", async ({ claims }) => [await bearer(claims, { kid: "x", jku: "https://evil.example" })]],
    ["a file as key id", async ({ claims }) => [await bearer(claims, { kid: "../../../../dev/null" })]],
    ["changed claims", async ({ claims }) => [tampered(await bearer(claims))]],
    ["a token for another bot", async ({ claims }) => [await bearer({ ...claims, aud: TENANT_ID })]],
    ["a token of another issuer", async ({ claims }) => [await bearer({ ...claims, iss: "https://evil.example" })]],
    ["a token of another tenant", async ({ claims }) => [await bearer({ ...claims, tid: APP_ID })]],
    ["a token without a tenant", async ({ claims }) => [await bearer(without(claims, "tid"))]],
    ["an expired token", async ({ claims }) => [await bearer({ ...claims, nbf: 1, exp: 2 })]],
    ["a token that is not valid yet", async ({ claims }) => [await bearer({ ...claims, nbf: 4e9, exp: 4e9 + 300 })]],
    ["a second token after a valid one", async ({ authorization }) => [...authorization, "Bearer x"]],
    ["a valid token after another one", async ({ authorization }) => ["Bearer x", ...authorization]],
  ];

  it.each(attacks)("with %s gets 401, and no handler is called", async (_, headers) => {
    const server = await openServer();
    const received: unknown[] = [];
    server.receiver.on("operation", (notification) => received.push(notification));
    const pending = server.operations.expect({ callId: CALL, clientContext: "context-o-1" });
    const post = { authorization: await headers(server), body: envelope(tonesEntry("o-1")) };
    const answer = await sendOverHttp(server.port, post);
    expect([answer.status, answer.headers.get("www-authenticate"), answer.body]).toEqual([401, "Bearer", ""]);
    await server.receiver.drain();
    expect([received, pending.outcome, server.errors]).toEqual([[], undefined, []]);
    expect(await server.deliver(tonesEntry("o-1"))).toBe(202);
  });

  it("gets no answer but a refusal for a token of a megabyte", async () => {
    const { port, deliver } = await openServer();
    const client = connectRaw(port);
    client.write(head(`Authorization: Bearer ${"x".repeat(1024 * 1024)}`));
    await client.closed();
    expect(client.received).toMatch(/^(HTTP\/1.1 431 |$)/);
    expect(await deliver(toneEntry(1))).toBe(202);
  });

  it("cannot block others with 1,000 connections that send nothing or half a header", async () => {
    const { port, deliver } = await openServer();
    // By the hundred, because the server's accept queue is limited.
    for (let hundreds = 0; hundreds < 10; hundreds++) {
      const idle = Array.from({ length: 100 }, () => connectRaw(port));
      for (const client of idle.slice(50)) client.write("POST /callback HTTP/1.1\r\nAuthorization: Bearer ");
      await Promise.all(idle.map(({ socket }) => once(socket, "connect")));
    }
    expect(await deliver(toneEntry(1))).toBe(202);
  });

  it("without a token does not get its body read, be it 100 MB or endless", async () => {
    const { port, deliver, clock } = await openServer();
    for (const framing of ["Content-Length: 104857600", "Transfer-Encoding: chunked"]) {
      const client = connectRaw(port);
      client.write(head(framing));
      expect(await client.waitFor(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 401 .*connection: close/is);
      await clock.advance(2_000);
      await client.closed();
    }
    expect(await deliver(toneEntry(1))).toBe(202);
  });

  it("with 1,000 unknown key ids causes only a few key requests", async () => {
    const { port, claims, keyServer, deliver } = await openServer();
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

async function bearer(...[claims, header]: [OpenServer["claims"], Parameters<typeof sign>[2]?]): Promise<string> {
  return `Bearer ${await sign(key, claims, header)}`;
}

function unsigned(claims: OpenServer["claims"]): string {
  return `Bearer ${encodePart({ alg: "none", typ: "JWT" })}.${encodePart(claims)}.`;
}

/** Accepts one token, for any tenant. */
function tampered(authorization: string): string {
  const [header, payload = "", signature] = authorization.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  return [header, encodePart({ ...claims, exp: 4e9 }), signature].join(".");
}
