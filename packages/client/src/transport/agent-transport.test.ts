import { channel } from "node:diagnostics_channel";
import { getEventListeners, once } from "node:events";
import { type ClientRequest, createServer, Agent as HttpAgent } from "node:http";
import { createServer as createSecureServer, Agent as HttpsAgent } from "node:https";
import { connect, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createObservedClock, type ObservedClock } from "../__fixtures__/observed-clock.ts";
import { reset, respond, type ScriptedServer, silent, startScriptedServer } from "../__fixtures__/scripted-server.ts";
import { startHttpServer, startSilentServer } from "../__fixtures__/test-servers.ts";
import { nextEventLoopTurn, requestTo } from "../__fixtures__/transport-requests.ts";
import { createAgentTransport } from "./agent-transport.ts";
import type { HttpTransport } from "./http-transport.ts";

const RESPONSE_TIMEOUT_MS = 20_000;

let server: ScriptedServer;
let clock: ObservedClock;
/** Run after the test. */
let cleanups: (() => unknown)[];

beforeEach(async () => {
  server = await startScriptedServer();
  clock = createObservedClock();
  cleanups = [];
});

afterEach(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
  await server.close();
  expect(clock.pending).toBe(0);
});

function transportWith(agent: HttpAgent): HttpTransport {
  cleanups.push(() => agent.destroy());
  return createAgentTransport(agent, { clock, responseTimeoutMs: RESPONSE_TIMEOUT_MS });
}

/** The requests of node:http during the test. */
function observedRequests(): ClientRequest[] {
  const requests: ClientRequest[] = [];
  const record = (message: unknown): void => void requests.push((message as { request: ClientRequest }).request);
  const start = channel("http.client.request.start");
  start.subscribe(record);
  cleanups.push(() => start.unsubscribe(record));
  return requests;
}

function socketOf(request: ClientRequest | undefined): Socket {
  if (!request?.socket) throw new Error("no request was sent");
  return request.socket;
}

describe("a request that was not sent", () => {
  it("has the error of the name lookup as cause", async () => {
    const cause = Object.assign(new Error("not found"), { code: "ENOTFOUND" });
    const { send } = transportWith(new HttpAgent({ lookup: (_, __, callback) => callback(cause, []) }));
    expect(await send(requestTo("http://graph.test"))).toEqual({ phase: "notSent", cause });
  });

  it("ends after 10 s without a connection, and not before", async () => {
    const { send } = transportWith(new HttpAgent({ lookup() {} }));
    const sending = send(requestTo("http://graph.test"));
    await clock.started(10_000);
    await clock.advance(9_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await sending).toMatchObject({
      phase: "notSent",
      cause: { code: "ETIMEDOUT", message: "no connection within 10000 ms" },
    });
  });

  it("ends when the caller aborts while it connects", async () => {
    const { send } = transportWith(new HttpAgent({ lookup() {} }));
    const controller = new AbortController();
    const sending = send(requestTo("http://graph.test", { signal: controller.signal }));
    await nextEventLoopTurn();
    controller.abort("enough");
    expect(await sending).toMatchObject({ phase: "notSent", cause: { code: "ABORT_ERR" } });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("has the error of an agent for another protocol as cause", async () => {
    expect(await transportWith(new HttpAgent()).send(requestTo("https://127.0.0.1:1"))).toMatchObject({
      phase: "notSent",
      cause: { code: "ERR_INVALID_PROTOCOL" },
    });
  });
});

describe("TLS", () => {
  /** A pre-shared key: real TLS without a certificate. */
  const key = Buffer.from("d731ef57be09e5204f0b205b60627028", "hex");
  const pskOptions = { ciphers: "PSK", maxVersion: "TLSv1.2" } as const;
  const secureServer = (): ReturnType<typeof startHttpServer> =>
    startHttpServer(createSecureServer({ ...pskOptions, pskCallback: () => key }));
  const secureAgent = (psk: Buffer): HttpsAgent =>
    new HttpsAgent({
      ...pskOptions,
      keepAlive: true,
      pskCallback: () => ({ psk, identity: "bot" }),
      checkServerIdentity: () => undefined,
    });

  it("carries several requests over one connection", async () => {
    const secure = await secureServer();
    const { send } = transportWith(secureAgent(key));
    for (const _ of [1, 2, 3]) {
      expect(await send(requestTo(`https://127.0.0.1:${secure.port}`))).toMatchObject({
        status: 200,
        body: { id: "op-1" },
      });
    }
    expect(secure.connections).toHaveLength(1);
  });

  it("sends nothing if the handshake fails", async () => {
    const secure = await secureServer();
    const { send } = transportWith(secureAgent(Buffer.from("00", "hex")));
    expect(await send(requestTo(`https://127.0.0.1:${secure.port}`))).toMatchObject({
      phase: "notSent",
      cause: { code: expect.stringMatching(/^(ERR_SSL|EPROTO|ECONNRESET)/) },
    });
    expect(secure.tokens).toEqual([]);
  });

  it("sends nothing before the handshake of a connection that the agent has made", async () => {
    const silentServer = await startSilentServer();
    const socket = connect(silentServer.port, "127.0.0.1");
    await once(socket, "connect");
    class Tunnel extends HttpsAgent {
      override createConnection(): Socket {
        return connectSecurely({ socket });
      }
    }
    const sending = transportWith(new Tunnel()).send(requestTo("https://graph.test"));
    while (silentServer.received().length === 0) await nextEventLoopTurn();
    await clock.advance(10_000);
    expect(await sending).toMatchObject({ phase: "notSent", cause: { code: "ETIMEDOUT" } });
  });
});

describe("connections", () => {
  it("are reused", async () => {
    const plain = await startHttpServer(createServer());
    const { send } = transportWith(new HttpAgent({ keepAlive: true }));
    const requests = observedRequests();
    const listeners: number[] = [];
    for (let count = 0; count < 30; count++) {
      await send(requestTo(`http://127.0.0.1:${plain.port}`));
      await nextEventLoopTurn();
      const socket = socketOf(requests.at(-1));
      listeners.push(socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0));
    }
    expect(plain.connections).toHaveLength(1);
    expect(new Set(listeners.slice(1)).size).toBe(1);
  });

  it("make the delivery unknown if the server closes them during a write", async () => {
    const { send: sendTo } = transportWith(new HttpAgent({ keepAlive: true }));
    const send = () => sendTo(requestTo(server.url));
    const requests = observedRequests();
    server.behaviours.push(respond(200), reset, respond(200));
    await send();
    await nextEventLoopTurn();
    expect(await send()).toMatchObject({ phase: "sent", cause: { code: "ECONNRESET" } });
    expect(socketOf(requests[1])).toBe(socketOf(requests[0]));
    expect(server.behaviours).toHaveLength(1);
  });
});

describe("the caller's agent", () => {
  it("makes the connections and stays open", async () => {
    const plain = await startHttpServer(createServer());
    const agent = new HttpAgent({ keepAlive: true });
    const other = transportWith(agent);
    const requests = observedRequests();
    await other.send(requestTo(`http://127.0.0.1:${plain.port}`));
    const socket = socketOf(requests[0]);
    await nextEventLoopTurn();
    await other.close();
    expect((requests[0] as unknown as { agent: HttpAgent }).agent).toBe(agent);
    expect(Object.values(agent.freeSockets).flat()).toEqual([socket]);
    expect(socket.destroyed).toBe(false);
  });
});

describe("an agent without a free connection", () => {
  it("sends nothing, and the request ends after 10 s", async () => {
    server.behaviours.push(silent);
    const other = transportWith(new HttpAgent({ maxSockets: 1 }));
    const first = other.send(requestTo(server.url));
    await server.received(1);
    const second = other.send(requestTo(server.url));
    await clock.advance(10_000);
    expect(await second).toMatchObject({ phase: "notSent", cause: { code: "ETIMEDOUT" } });
    for (const connection of server.sockets) respond(200)(connection);
    expect(await first).toMatchObject({ status: 200 });
    expect(server.requests).toHaveLength(1);
  });

  it("sends nothing, and the request ends when the caller aborts", async () => {
    server.behaviours.push(silent, respond(200));
    const other = transportWith(new HttpAgent({ maxSockets: 1, keepAlive: true }));
    const first = other.send(requestTo(server.url));
    await server.received(1);
    const controller = new AbortController();
    const reason = new Error("enough");
    const second = other.send(requestTo(server.url, { signal: controller.signal }));
    await nextEventLoopTurn();
    controller.abort(reason);
    expect(await second).toEqual({ phase: "notSent", cause: reason });
    for (const connection of server.sockets) respond(200)(connection);
    expect(await first).toMatchObject({ status: 200 });
    expect(await other.send(requestTo(server.url))).toMatchObject({ status: 200 });
    expect(server.requests).toHaveLength(2);
  });
});
