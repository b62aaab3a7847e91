import { channel } from "node:diagnostics_channel";
import { getEventListeners, once } from "node:events";
import { type ClientRequest, createServer, Agent as HttpAgent, type Server } from "node:http";
import { createServer as createSecureServer, Agent as HttpsAgent } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import {
  answer,
  type Behaviour,
  hangUp,
  type MisbehavingServer,
  reset,
  silent,
  startMisbehavingServer,
} from "./__fixtures__/misbehaving-server.ts";
import { createObservedClock, type ObservedClock } from "./__fixtures__/observed-clock.ts";
import type { Exchanged } from "./exchange.ts";
import { createHttpTransport, type HttpRequest, type HttpTransport } from "./http-transport.ts";

const RESPONSE_TIMEOUT_MS = 20_000;
const TOKEN = "Bearer canary";

let server: MisbehavingServer;
let clock: ObservedClock;
let transport: HttpTransport;
/** What is to be undone after the test. */
let cleanups: (() => unknown)[];

beforeEach(async () => {
  server = await startMisbehavingServer();
  clock = createObservedClock();
  transport = createHttpTransport({ clock, responseTimeoutMs: RESPONSE_TIMEOUT_MS });
  cleanups = [];
});

afterEach(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
  await server.close();
  await transport.close();
  expect(clock.pending).toBe(0);
});

const requestTo = (url: string, rest: Partial<HttpRequest> = {}): HttpRequest => ({
  url: `${url}/v1.0/communications/calls`,
  method: "POST",
  headers: { authorization: TOKEN, "content-type": "application/json" },
  body: '{"tones":["tone4"]}',
  ...rest,
});
const send = (rest: Partial<HttpRequest> = {}): Promise<Exchanged> => transport.send(requestTo(server.url, rest));

/** What the server writes, as it stands. */
const raw =
  (...parts: (string | Buffer)[]): Behaviour =>
  (socket) => {
    for (const part of parts) socket.write(part);
  };

/** Another transport, closed after the test. */
function transportWith(agent: HttpAgent): HttpTransport {
  const other = createHttpTransport({ clock, responseTimeoutMs: RESPONSE_TIMEOUT_MS, agent });
  cleanups.push(() => agent.destroy());
  return other;
}

/** A server that accepts connections and reads, and never says a word. */
async function startMuteServer(): Promise<{ port: number; connections: Socket[]; received: () => Buffer }> {
  const connections: Socket[] = [];
  const chunks: Buffer[] = [];
  const mute = createTcpServer((socket) => {
    connections.push(socket);
    socket.on("data", (chunk) => chunks.push(chunk)).on("error", () => {});
  });
  await once(mute.listen(0, "127.0.0.1"), "listening");
  cleanups.push(async () => {
    for (const socket of connections) socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
  });
  return { port: (mute.address() as AddressInfo).port, connections, received: () => Buffer.concat(chunks) };
}

/** A well-behaved server of Node's own, and the connections that were made to it. */
async function startHttpServer(server: Server): Promise<{ port: number; connections: Socket[]; authorized: number }> {
  const state = { port: 0, connections: [] as Socket[], authorized: 0 };
  server.on("connection", (socket) => state.connections.push(socket));
  server.on("request", (request, response) => {
    if (request.headers.authorization === TOKEN) state.authorized++;
    request.resume().on("end", () => response.end('{"id":"op-1"}'));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  state.port = (server.address() as AddressInfo).port;
  return state;
}

/** The requests of Node's that are sent while the test runs. */
function observedRequests(): ClientRequest[] {
  const requests: ClientRequest[] = [];
  const note = (message: unknown): void => void requests.push((message as { request: ClientRequest }).request);
  const started = channel("http.client.request.start");
  started.subscribe(note);
  cleanups.push(() => started.unsubscribe(note));
  return requests;
}

function socketOf(request: ClientRequest | undefined): Socket {
  if (!request?.socket) throw new Error("no request was sent");
  return request.socket;
}

function observedWarnings(): Error[] {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on("warning", note);
  cleanups.push(() => process.off("warning", note));
  return warnings;
}

/** Lets what Node does with a closed connection be done. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("an answer", () => {
  it("is handed back whole, with the names of its headers in lower case", async () => {
    server.behaviours.push(
      raw('HTTP/1.1 404 Not Found\r\nContent-Length: 8\r\nRequest-Id: r-1\r\nX-Twice: a\r\nX-Twice: b\r\n\r\n{"id":1}'),
    );
    expect(await send()).toEqual({
      phase: "answered",
      status: 404,
      headers: { "content-length": "8", "request-id": "r-1", "x-twice": "a, b" },
      body: { id: 1 },
    });
  });

  it("has the first of cookies, and of what may be there once", async () => {
    server.behaviours.push(
      answer(429, "", { "set-cookie": "a=1\r\nset-cookie: b=2", "retry-after": "5\r\nretry-after: 0" }),
    );
    expect((await send()).headers).toMatchObject({ "set-cookie": "a=1", "retry-after": "5" });
  });

  it.each([
    ["in one piece", raw('HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{"id":1}')],
    ["byte by byte", raw(...'HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{"id":1}')],
    ["in chunks", raw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"id\r\n4\r\n":1}\r\n0\r\n\r\n')],
    ["up to the end of the connection", (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n{"id":1}')],
    [
      "after early hints",
      raw('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{"id":1}'),
    ],
    [
      "after 100 and 102, several times",
      raw(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n",
        'HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{"id":1}',
      ),
    ],
  ])("is read however it comes: %s", async (_, behaviour) => {
    server.behaviours.push(behaviour);
    expect(await send()).toMatchObject({ phase: "answered", status: 200, body: { id: 1 } });
  });

  it("is read right where a character comes in two pieces", async () => {
    const bytes = Buffer.from('{"id":"é"}');
    const half = bytes.indexOf(0xc3) + 1;
    const chunks = [bytes.subarray(0, half), bytes.subarray(half)].flatMap((chunk) => [
      `${chunk.length}\r\n`,
      chunk,
      "\r\n",
    ]);
    server.behaviours.push(raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", ...chunks, "0\r\n\r\n"));
    expect(await send()).toMatchObject({ body: { id: "é" } });
  });

  it.each([
    ["a text", "<html></html>", "<html></html>"],
    ["JSON that breaks off", '{"id":', '{"id":'],
    ["null", "null", null],
  ])("may be %s", async (_, text, body) => {
    server.behaviours.push(answer(200, text));
    expect((await send()).body).toBe(body);
  });

  it("without a body has none", async () => {
    server.behaviours.push(raw("HTTP/1.1 204 No Content\r\n\r\n"));
    expect(await send()).toEqual({ phase: "answered", status: 204, headers: {} });
  });

  it("may have 1 MiB, and not a byte more", async () => {
    const most = 1024 * 1024;
    server.behaviours.push(answer(400, "x".repeat(most)), answer(400, "x".repeat(most + 1)));
    expect(await send()).toMatchObject({ phase: "answered", status: 400, body: expect.stringMatching(/^x+$/) });
    const tooLong = await send();
    expect(tooLong).toMatchObject({ phase: "answered", status: 400, cause: { code: "EMSGSIZE" } });
    expect(tooLong).not.toHaveProperty("body");
  });

  it("that never ends is broken off at 1 MiB", async () => {
    server.behaviours.push((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
      const pour = (): void => void (socket.writable && socket.write(`10000\r\n${"x".repeat(0x10000)}\r\n`, pour));
      pour();
    });
    expect(await send()).toMatchObject({ phase: "answered", status: 200, cause: { code: "EMSGSIZE" } });
  });
});

describe("what reaches the server", () => {
  it("is method, path, headers and body, with the body's length in bytes", async () => {
    server.behaviours.push(answer(200));
    await send({ body: '{"clientContext":"é"}' });
    expect(server.requests).toEqual([
      {
        method: "POST",
        path: "/v1.0/communications/calls",
        headers: {
          authorization: TOKEN,
          "content-type": "application/json",
          "content-length": "22",
          host: server.url.slice("http://".length),
          connection: "keep-alive",
        },
        body: Buffer.from('{"clientContext":"é"}').toString("latin1"),
      },
    ]);
  });

  it("is a request once, whatever is answered: redirects are not followed", async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      server.behaviours.push(answer(status, "", { location: `${server.url}/elsewhere` }));
      expect(await send()).toMatchObject({
        phase: "answered",
        status,
        headers: { location: `${server.url}/elsewhere` },
      });
    }
    expect(server.requests).toHaveLength(5);
  });
});

describe("a request of which no byte left", () => {
  it("is not sent where the connection is refused", async () => {
    await server.close();
    expect(await send()).toMatchObject({ phase: "notSent", cause: { code: "ECONNREFUSED" } });
  });

  it("is not sent where the name cannot be resolved", async () => {
    const cause = Object.assign(new Error("not found"), { code: "ENOTFOUND" });
    const { send } = transportWith(new HttpAgent({ lookup: (_, __, found) => found(cause, []) }));
    expect(await send(requestTo("http://graph.test"))).toEqual({ phase: "notSent", cause });
  });

  it("is not sent where no connection stands after 10 s, and not before", async () => {
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

  it("is not sent where the caller had given up before", async () => {
    const reason = new Error("enough");
    expect(await send({ signal: AbortSignal.abort(reason) })).toEqual({ phase: "notSent", cause: reason });
    await turn();
    expect(server.requests).toEqual([]);
  });

  it("is not sent where the caller gives up while it connects", async () => {
    const { send } = transportWith(new HttpAgent({ lookup() {} }));
    const controller = new AbortController();
    const sending = send(requestTo("http://graph.test", { signal: controller.signal }));
    await turn();
    controller.abort("enough");
    expect(await sending).toMatchObject({ phase: "notSent", cause: { code: "ABORT_ERR" } });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it.each([
    ["an agent for another protocol", { url: "https://127.0.0.1:1" }, "ERR_INVALID_PROTOCOL"],
    ["a header that cannot be sent", { headers: { "x-a": "a\r\nb: c" } }, "ERR_INVALID_CHAR"],
    ["a URL that is none", { url: "nowhere" }, "ERR_INVALID_URL"],
  ])("is not sent with %s: it is said, not thrown", async (_, request, code) => {
    expect(await transportWith(new HttpAgent()).send(requestTo(server.url, request))).toMatchObject({
      phase: "notSent",
      cause: { code },
    });
    expect(server.requests).toEqual([]);
  });
});

describe("TLS", () => {
  /** Encryption by a key that both sides know: real TLS, and no certificate to make. */
  const key = Buffer.from("d731ef57be09e5204f0b205b60627028", "hex");
  const known = { ciphers: "PSK", maxVersion: "TLSv1.2" } as const;
  const secureServer = (): Promise<Awaited<ReturnType<typeof startHttpServer>>> =>
    startHttpServer(createSecureServer({ ...known, pskCallback: () => key }));
  const secureAgent = (psk: Buffer): HttpsAgent =>
    new HttpsAgent({
      ...known,
      keepAlive: true,
      pskCallback: () => ({ psk, identity: "bot" }),
      checkServerIdentity: () => undefined,
    });

  it("carries requests, several over one connection", async () => {
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

  it("that is not agreed on sends nothing of the request", async () => {
    const secure = await secureServer();
    const { send } = transportWith(secureAgent(Buffer.from("00", "hex")));
    expect(await send(requestTo(`https://127.0.0.1:${secure.port}`))).toMatchObject({
      phase: "notSent",
      cause: { code: expect.stringMatching(/^(ERR_SSL|EPROTO|ECONNRESET)/) },
    });
    expect(secure.authorized).toBe(0);
  });

  it("that the server does not speak sends nothing of the request", async () => {
    const plain = await startHttpServer(createServer());
    expect(await transport.send(requestTo(`https://127.0.0.1:${plain.port}`))).toMatchObject({
      phase: "notSent",
      cause: { code: expect.stringMatching(/^(ERR_SSL|EPROTO)/) },
    });
    expect(plain.authorized).toBe(0);
  });

  it("that the server never answers sends nothing of the request, and ends after 10 s", async () => {
    const mute = await startMuteServer();
    const sending = transport.send(requestTo(`https://127.0.0.1:${mute.port}`));
    while (mute.received().length === 0) await turn();
    await clock.advance(9_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await sending).toMatchObject({ phase: "notSent", cause: { code: "ETIMEDOUT" } });
    // A hello of TLS, and nothing else.
    expect(mute.received()[0]).toBe(0x16);
    expect(mute.received().toString("latin1")).not.toContain("canary");
  });

  it("over a connection that an agent made before sends nothing until it is agreed on", async () => {
    const mute = await startMuteServer();
    const socket = connect(mute.port, "127.0.0.1");
    await once(socket, "connect");
    class Tunnel extends HttpsAgent {
      override createConnection(): Socket {
        return connectSecurely({ socket });
      }
    }
    const sending = transportWith(new Tunnel()).send(requestTo("https://graph.test"));
    while (mute.received().length === 0) await turn();
    await clock.advance(10_000);
    expect(await sending).toMatchObject({ phase: "notSent", cause: { code: "ETIMEDOUT" } });
  });
});

describe("a request without an answer", () => {
  it("was sent where the server keeps silent, and ends after its time, counted from the sending", async () => {
    server.behaviours.push(silent);
    const sending = send();
    await server.received(1);
    await clock.started(RESPONSE_TIMEOUT_MS);
    await clock.advance(RESPONSE_TIMEOUT_MS - 1);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await sending).toEqual({ phase: "sent", cause: expect.objectContaining({ code: "ETIMEDOUT" }) });
  });

  it.each([
    ["resets the connection", reset, "ECONNRESET"],
    ["closes the connection", hangUp, "ECONNRESET"],
    ["breaks off within the head", (socket: Socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-le"), "ECONNRESET"],
    ["speaks another protocol", raw("SSH-2.0-OpenSSH_9.2\r\n"), "HPE_INVALID_CONSTANT"],
    ["sends a head without end", raw(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(20_000)}`), "HPE_HEADER_OVERFLOW"],
    [
      "switches to a protocol that nobody asked for",
      raw("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
      "ECONNRESET",
    ],
  ])("was sent where the server %s", async (_, behaviour, code) => {
    server.behaviours.push(behaviour);
    const exchanged = await send();
    expect(exchanged).toEqual({ phase: "sent", cause: expect.objectContaining({ code }) });
    expect(server.requests).toHaveLength(1);
  });

  it("was sent where the server gives hints for ever", async () => {
    server.behaviours.push(raw("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(50)));
    const sending = send();
    await server.received(1);
    await clock.started(RESPONSE_TIMEOUT_MS);
    await clock.advance(RESPONSE_TIMEOUT_MS);
    expect(await sending).toMatchObject({ phase: "sent", cause: { code: "ETIMEDOUT" } });
  });

  it("was sent where the caller gives up after it left", async () => {
    server.behaviours.push(silent);
    const controller = new AbortController();
    const reason = new Error("enough");
    const sending = send({ signal: controller.signal });
    await server.received(1);
    controller.abort(reason);
    expect(await sending).toEqual({ phase: "sent", cause: reason });
  });
});

describe("an answer that breaks off", () => {
  /** Begins an answer, and then does that to the connection. */
  const begin =
    (status: number, then: (socket: Socket) => void): Behaviour =>
    (socket) =>
      socket.write(`HTTP/1.1 ${status} Whatever\r\ncontent-length: 500\r\nrequest-id: r-1\r\n\r\n{"id":"op-1",`, () =>
        then(socket),
      );

  it.each([200, 404, 429])("keeps the status that came: %i", async (status) => {
    for (const then of [hangUp, reset]) {
      server.behaviours.push(begin(status, then));
      const exchanged = await send();
      expect(exchanged).toEqual({
        phase: "answered",
        status,
        headers: { "content-length": "500", "request-id": "r-1" },
        cause: expect.objectContaining({ code: "ECONNRESET" }),
      });
    }
  });

  it.each([200, 404])("keeps the status that came before the caller gave up: %i", async (status) => {
    const requests = observedRequests();
    const controller = new AbortController();
    const reason = new Error("enough");
    server.behaviours.push(begin(status, silent));
    const sending = send({ signal: controller.signal });
    await server.received(1);
    if (requests[0]) await once(requests[0], "response");
    controller.abort(reason);
    expect(await sending).toMatchObject({ phase: "answered", status, cause: reason });
  });

  it("by going on too slowly keeps the status that came", async () => {
    const requests = observedRequests();
    server.behaviours.push(begin(404, silent));
    const sending = send();
    await server.received(1);
    if (requests[0]) await once(requests[0], "response");
    await clock.advance(RESPONSE_TIMEOUT_MS);
    expect(await sending).toMatchObject({ phase: "answered", status: 404, cause: { code: "ETIMEDOUT" } });
  });

  it("in the middle of nonsense keeps the status, and not the bytes that could not be read", async () => {
    server.behaviours.push(raw('HTTP/1.1 400 Bad\r\ntransfer-encoding: chunked\r\n\r\n{"value":"tone4"}\r\n'));
    const exchanged = await send();
    expect(exchanged).toMatchObject({ phase: "answered", status: 400, cause: { code: "HPE_INVALID_CHUNK_SIZE" } });
    expect(inspect(exchanged, { depth: null, showHidden: true })).not.toMatch(/tone4|Buffer/);
    expect(JSON.stringify({ ...(exchanged.cause as object) })).not.toContain("data");
  });
});

describe("connections", () => {
  it("are used again, one request after the other", async () => {
    const plain = await startHttpServer(createServer());
    const warnings = observedWarnings();
    const requests = observedRequests();
    const listeners: number[] = [];
    for (let count = 0; count < 30; count++) {
      await transport.send(requestTo(`http://127.0.0.1:${plain.port}`));
      await turn();
      const socket = socketOf(requests.at(-1));
      listeners.push(socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0));
    }
    expect(plain.connections).toHaveLength(1);
    expect(new Set(listeners.slice(1)).size).toBe(1);
    expect(warnings).toEqual([]);
  });

  it("are as many as there are requests at a time, with one signal and no warning of a leak", async () => {
    const plain = await startHttpServer(createServer());
    const warnings = observedWarnings();
    const { signal } = new AbortController();
    const sending = Array.from({ length: 50 }, () =>
      transport.send(requestTo(`http://127.0.0.1:${plain.port}`, { signal })),
    );
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    for (const exchanged of await Promise.all(sending)) expect(exchanged).toMatchObject({ status: 200 });
    await turn();
    expect(plain.connections).toHaveLength(50);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it("leave no listener on a long-lived signal, however a request ended", async () => {
    const { signal } = new AbortController();
    for (const behaviour of [answer(200), answer(404), reset, hangUp, raw("nonsense\r\n\r\n")]) {
      server.behaviours.push(behaviour);
      await send({ signal });
    }
    await server.close();
    await send({ signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it.each([
    ["http", HttpAgent],
    ["https", HttpsAgent],
  ])("are dropped when they have idled for 4 s, before a server does it: %s", async (protocol, Agent) => {
    const made = vi.spyOn(Agent.prototype as unknown as { createConnection: () => unknown }, "createConnection");
    cleanups.push(() => made.mockRestore());
    await server.close();
    await transport.send(requestTo(server.url.replace("http", protocol)));
    expect(made.mock.contexts).toEqual([
      expect.objectContaining({ keepAlive: true, options: expect.objectContaining({ timeout: 4_000 }) }),
    ]);
  });

  it("have their idle time while they idle, and it ends them then alone", async () => {
    const requests = observedRequests();
    server.behaviours.push(silent, answer(200));
    const sending = send();
    await server.received(1);
    const socket = socketOf(requests[0]);
    // What Node's timer does when the time is over: nobody is idle who waits for an answer.
    socket.emit("timeout");
    for (const connection of server.sockets) answer(200)(connection);
    expect(await sending).toMatchObject({ status: 200 });
    await turn();
    expect([socket.timeout, socket.destroyed]).toEqual([4_000, false]);
    socket.emit("timeout");
    expect(socket.destroyed).toBe(true);
    expect(await send()).toMatchObject({ status: 200 });
    expect(socketOf(requests[1])).not.toBe(socket);
  });

  it("that the server closed while they idled are not used again", async () => {
    const requests = observedRequests();
    server.behaviours.push(answer(200), answer(200));
    await send();
    const socket = socketOf(requests[0]);
    const closed = once(socket, "close");
    for (const connection of server.sockets) connection.end();
    await closed;
    expect(await send()).toMatchObject({ phase: "answered", status: 200 });
    expect(socketOf(requests[1])).not.toBe(socket);
  });

  it("that the server closes at the moment of writing leave the request unknown, and it is not sent again", async () => {
    const requests = observedRequests();
    server.behaviours.push(answer(200), reset, answer(200));
    await send();
    await turn();
    expect(await send()).toMatchObject({ phase: "sent", cause: { code: "ECONNRESET" } });
    expect(socketOf(requests[1])).toBe(socketOf(requests[0]));
    expect(server.behaviours).toHaveLength(1);
  });
});

describe("the caller's agent", () => {
  it("makes the connections, and stays open", async () => {
    const plain = await startHttpServer(createServer());
    const agent = new HttpAgent({ keepAlive: true });
    const other = transportWith(agent);
    const requests = observedRequests();
    await other.send(requestTo(`http://127.0.0.1:${plain.port}`));
    const socket = socketOf(requests[0]);
    await turn();
    await other.close();
    expect((requests[0] as unknown as { agent: HttpAgent }).agent).toBe(agent);
    expect(Object.values(agent.freeSockets).flat()).toEqual([socket]);
    expect(socket.destroyed).toBe(false);
  });
});

describe("the caller's agent with no connection free", () => {
  it("has sent nothing after 10 s, and says so", async () => {
    server.behaviours.push(silent);
    const other = transportWith(new HttpAgent({ maxSockets: 1 }));
    const first = other.send(requestTo(server.url));
    await server.received(1);
    const second = other.send(requestTo(server.url));
    await clock.advance(10_000);
    expect(await second).toMatchObject({ phase: "notSent", cause: { code: "ETIMEDOUT" } });
    for (const connection of server.sockets) answer(200)(connection);
    expect(await first).toMatchObject({ status: 200 });
    expect(server.requests).toHaveLength(1);
  });

  it("does not keep a caller waiting who gives up, and nothing was sent", async () => {
    server.behaviours.push(silent, answer(200));
    const other = transportWith(new HttpAgent({ maxSockets: 1, keepAlive: true }));
    const first = other.send(requestTo(server.url));
    await server.received(1);
    const controller = new AbortController();
    const reason = new Error("enough");
    const second = other.send(requestTo(server.url, { signal: controller.signal }));
    await turn();
    controller.abort(reason);
    expect(await second).toEqual({ phase: "notSent", cause: reason });
    for (const connection of server.sockets) answer(200)(connection);
    expect(await first).toMatchObject({ status: 200 });
    expect(await other.send(requestTo(server.url))).toMatchObject({ status: 200 });
    expect(server.requests).toHaveLength(2);
  });
});

describe("close", () => {
  it("waits for the requests under way, then closes the connections", async () => {
    server.behaviours.push(silent);
    const requests = observedRequests();
    const sending = send();
    await server.received(1);
    let closed = false;
    const closing = transport.close().then(() => {
      closed = true;
    });
    await turn();
    expect(closed).toBe(false);
    for (const connection of server.sockets) answer(200)(connection);
    expect(await sending).toMatchObject({ status: 200 });
    await closing;
    expect(socketOf(requests[0]).destroyed).toBe(true);
  });

  it("closes idle connections, and may be called twice", async () => {
    server.behaviours.push(answer(200));
    const requests = observedRequests();
    await send();
    await turn();
    const socket = socketOf(requests[0]);
    expect(socket.destroyed).toBe(false);
    await Promise.all([transport.close(), transport.close()]);
    await transport.close();
    expect(socket.destroyed).toBe(true);
  });

  it("has nothing to wait for where nothing was sent", async () => {
    await createHttpTransport({ clock, responseTimeoutMs: 1 }).close();
  });
});

describe("types", () => {
  it("say what comes out", () => {
    expectTypeOf<HttpTransport["send"]>().toEqualTypeOf<(request: HttpRequest) => Promise<Exchanged>>();
    expectTypeOf<HttpTransport["close"]>().returns.toEqualTypeOf<Promise<void>>();
  });
});
