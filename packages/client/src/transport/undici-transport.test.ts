import dns from "node:dns";
import { getEventListeners, once } from "node:events";
import { createServer } from "node:http";
import { Agent } from "undici";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createObservedClock, type ObservedClock } from "../__fixtures__/observed-clock.ts";
import { reset, respond, type ScriptedServer, startScriptedServer } from "../__fixtures__/scripted-server.ts";
import { startHttpServer, startSilentServer } from "../__fixtures__/test-servers.ts";
import { nextEventLoopTurn, requestTo } from "../__fixtures__/transport-requests.ts";
import type { ExchangeResult, HttpRequest, HttpTransport } from "./http-transport.ts";
import { createUndiciTransport } from "./undici-transport.ts";

let server: ScriptedServer;
let clock: ObservedClock;
let transport: HttpTransport;

beforeEach(async () => {
  server = await startScriptedServer();
  clock = createObservedClock();
  transport = createUndiciTransport({ clock, responseTimeoutMs: 20_000 });
});

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await transport.close();
  await server.close();
  expect(clock.pending).toBe(0);
});

const send = (rest: Partial<HttpRequest> = {}): Promise<ExchangeResult> => transport.send(requestTo(server.url, rest));

type LookupCallback = (error: Error | null, addresses: { address: string; family: number }[]) => void;

/** Replaces the name lookup during the test. */
function mockLookup(lookup: (callback: LookupCallback) => void): void {
  vi.spyOn(dns, "lookup").mockImplementation(((_name: string, _options: object, callback: LookupCallback) =>
    lookup(callback)) as typeof dns.lookup);
}

describe("a request that was not sent", () => {
  it("has the error of the name lookup as cause", async () => {
    const cause = Object.assign(new Error("not found"), { code: "ENOTFOUND" });
    mockLookup((callback) => callback(cause, []));
    expect(await transport.send(requestTo("http://graph.test"))).toEqual({ phase: "notSent", cause });
  });

  it("ends after 10 s without a connection, and not before", async () => {
    mockLookup(() => {});
    const sending = transport.send(requestTo("http://graph.test"));
    await clock.advance(9_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await sending).toMatchObject({
      phase: "notSent",
      cause: { code: "ETIMEDOUT", message: "no connection within 10000 ms" },
    });
  });

  it("needs no connection if the caller has already aborted", async () => {
    server.behaviours.push(respond(200));
    await send();
    const dispatched = vi.spyOn(Agent.prototype, "dispatch");
    await send({ signal: AbortSignal.abort() });
    expect(dispatched).not.toHaveBeenCalled();
  });

  it("is not sent over a connection that is established after the abort", async () => {
    let finishLookup: LookupCallback | undefined;
    mockLookup((callback) => {
      finishLookup = callback;
    });
    const controller = new AbortController();
    const { port } = new URL(server.url);
    const sending = transport.send(requestTo(`http://graph.test:${port}`, { signal: controller.signal }));
    while (!finishLookup) await nextEventLoopTurn();
    controller.abort("enough");
    expect(await sending).toMatchObject({ phase: "notSent", cause: { code: "ABORT_ERR" } });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    finishLookup(null, [{ address: "127.0.0.1", family: 4 }]);
    // The first connection is established and closed without a byte. The next request has another one.
    while (server.sockets.size === 0) await nextEventLoopTurn();
    while (server.sockets.size > 0) await nextEventLoopTurn();
    server.behaviours.push(respond(200));
    expect(await send()).toMatchObject({ status: 200 });
    expect(server.requests).toHaveLength(1);
  });

  it("has the error as cause if undici cannot be loaded", async () => {
    vi.resetModules();
    vi.doMock("undici", () => {
      throw new Error("no such package");
    });
    onTestFinished(() => void vi.doUnmock("undici"));
    const { createUndiciTransport: createTransport } = await import("./undici-transport.ts");
    const other = createTransport({ clock, responseTimeoutMs: 20_000 });
    expect(await other.send(requestTo(server.url))).toMatchObject({ phase: "notSent", cause: expect.any(Error) });
    await other.close();
    expect(server.requests).toEqual([]);
  });
});

describe("TLS", () => {
  it("sends nothing if the server does not support it", async () => {
    const plain = await startHttpServer(createServer());
    expect(await transport.send(requestTo(`https://127.0.0.1:${plain.port}`))).toMatchObject({
      phase: "notSent",
      cause: { code: expect.stringMatching(/^(ERR_SSL|EPROTO)/) },
    });
    expect(plain.tokens).toEqual([]);
  });

  it("sends nothing, and ends after 10 s, if the server does not answer the handshake", async () => {
    const silentServer = await startSilentServer();
    const sending = transport.send(requestTo(`https://127.0.0.1:${silentServer.port}`));
    while (silentServer.received().length === 0) await nextEventLoopTurn();
    await clock.advance(9_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await sending).toMatchObject({ phase: "notSent", cause: { code: "ETIMEDOUT" } });
    // A ClientHello of TLS, and nothing else.
    expect(silentServer.received()[0]).toBe(0x16);
    expect(silentServer.received().toString("latin1")).not.toContain("canary");
  });
});

describe("connections", () => {
  it("are reused", async () => {
    const plain = await startHttpServer(createServer());
    for (let count = 0; count < 30; count++) {
      await transport.send(requestTo(`http://127.0.0.1:${plain.port}`));
      await nextEventLoopTurn();
    }
    expect(plain.connections).toHaveLength(1);
  });

  it.each([
    ["4 s", {}, 4_000],
    ["4 s, even if the server keeps them longer", { "keep-alive": "timeout=60" }, 4_000],
    ["2 s less than the server keeps them", { "keep-alive": "timeout=3" }, 1_000],
  ])("are closed after an idle time of %s", async (_, headers, idleMs) => {
    // Fakes the timer with which undici closes idle connections. Sockets still run in real time.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    server.behaviours.push(respond(200, "", headers));
    await send();
    await nextEventLoopTurn();
    const [connection] = server.sockets;
    await vi.advanceTimersByTimeAsync(idleMs - 1);
    await nextEventLoopTurn();
    expect(connection?.readableEnded).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    if (connection) await once(connection, "close");
    expect(server.sockets.size).toBe(0);
  });

  it("are not reused after the server has closed them", async () => {
    server.behaviours.push(respond(200), respond(200));
    await send();
    const [connection] = server.sockets;
    connection?.end();
    if (connection) await once(connection, "close");
    expect(await send()).toMatchObject({ phase: "answered", status: 200 });
  });

  it("make the delivery unknown if the server closes them during a write", async () => {
    server.behaviours.push(respond(200), reset, respond(200));
    await send();
    await nextEventLoopTurn();
    const [connection] = server.sockets;
    const sending = send();
    await server.received(2);
    expect(connection?.destroyed).toBe(true);
    expect(await sending).toMatchObject({ phase: "sent", cause: { code: expect.any(String) } });
    await nextEventLoopTurn();
    expect(server.requests).toHaveLength(2);
  });

  it("are closed with the transport", async () => {
    server.behaviours.push(respond(200));
    await send();
    expect(server.sockets.size).toBe(1);
    await transport.close();
    while (server.sockets.size > 0) await nextEventLoopTurn();
  });
});

describe("undici", () => {
  it("cannot write a request a second time", async () => {
    let writes = 0;
    vi.spyOn(Agent.prototype, "dispatch").mockImplementation((_, handler) => {
      let reason: Error | undefined;
      const controller = { abort: (cause: Error) => (reason = cause) } as never;
      for (const _ of ["first", "again"]) {
        handler.onRequestStart?.(controller, {});
        if (!reason) writes++;
      }
      handler.onResponseError?.(controller, reason ?? new Error("expected to be aborted"));
      return true;
    });
    expect(await send()).toMatchObject({ phase: "sent", cause: { code: "ABORT_ERR" } });
    expect(writes).toBe(1);
  });

  it("treats an unexpected 100 as the end of the connection, so the delivery is unknown", async () => {
    server.behaviours.push((socket) => socket.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"));
    expect(await send()).toMatchObject({ phase: "sent", cause: { code: "UND_ERR_SOCKET" } });
    expect(server.requests).toHaveLength(1);
  });
});
