import { channel } from "node:diagnostics_channel";
import { getEventListeners } from "node:events";
import { createServer, Agent as HttpAgent } from "node:http";
import type { Socket } from "node:net";
import { inspect } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import { createObservedClock, type ObservedClock } from "../__fixtures__/observed-clock.ts";
import {
  type Behaviour,
  closeConnection,
  reset,
  respond,
  type ScriptedServer,
  silent,
  startScriptedServer,
} from "../__fixtures__/scripted-server.ts";
import { startHttpServer } from "../__fixtures__/test-servers.ts";
import { nextEventLoopTurn, requestTo, TOKEN } from "../__fixtures__/transport-requests.ts";
import { createHttpTransport } from "./create-http-transport.ts";
import type { ExchangeResult, HttpRequest, HttpTransport } from "./http-transport.ts";

const RESPONSE_TIMEOUT_MS = 20_000;

/** The behaviour that all transports have in common. */
describe.each([
  [
    "undici",
    () => undefined,
    { closed: "UND_ERR_SOCKET", headTooLong: "UND_ERR_HEADERS_OVERFLOW", noHttp: undefined, noChunk: undefined },
  ],
  [
    "an agent",
    () => new HttpAgent({ keepAlive: true }),
    {
      closed: "ECONNRESET",
      headTooLong: "HPE_HEADER_OVERFLOW",
      noHttp: "HPE_INVALID_CONSTANT",
      noChunk: "HPE_INVALID_CHUNK_SIZE",
    },
  ],
])("over %s", (_, createAgent, codes) => {
  let server: ScriptedServer;
  let clock: ObservedClock;
  let transport: HttpTransport;
  /** Run after the test. */
  let cleanups: (() => unknown)[];

  beforeEach(async () => {
    server = await startScriptedServer();
    clock = createObservedClock();
    const agent = createAgent();
    transport = createHttpTransport({ clock, responseTimeoutMs: RESPONSE_TIMEOUT_MS, agent });
    cleanups = [() => agent?.destroy()];
  });

  afterEach(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
    await server.close();
    await transport.close();
    expect(clock.pending).toBe(0);
  });

  const send = (rest: Partial<HttpRequest> = {}): Promise<ExchangeResult> =>
    transport.send(requestTo(server.url, rest));

  /** The raw bytes of a response. */
  const raw =
    (...parts: (string | Buffer)[]): Behaviour =>
    (socket) => {
      for (const part of parts) socket.write(part);
    };

  /** Resolves when node:http or undici has read the head of a response. */
  function headRead(): Promise<unknown> {
    return new Promise((resolve) => {
      for (const name of ["http.client.response.finish", "undici:request:headers"]) {
        const read = channel(name);
        read.subscribe(resolve);
        cleanups.push(() => read.unsubscribe(resolve));
      }
    });
  }

  function observedWarnings(): Error[] {
    const warnings: Error[] = [];
    const record = (warning: Error): void => void warnings.push(warning);
    process.on("warning", record);
    cleanups.push(() => process.off("warning", record));
    return warnings;
  }

  describe("a response", () => {
    it("has status, headers in lower case, and body", async () => {
      server.behaviours.push(
        raw(
          'HTTP/1.1 404 Not Found\r\nContent-Length: 8\r\nRequest-Id: r-1\r\nX-Twice: a\r\nX-Twice: b\r\n\r\n{"id":1}',
        ),
      );
      expect(await send()).toEqual({
        phase: "answered",
        status: 404,
        headers: { "content-length": "8", "request-id": "r-1", "x-twice": "a, b" },
        body: { id: 1 },
      });
    });

    it("has the first of several cookies, and of other headers with a single value", async () => {
      server.behaviours.push(
        respond(429, "", { "set-cookie": "a=1\r\nset-cookie: b=2", "retry-after": "5\r\nretry-after: 0" }),
      );
      expect((await send()).headers).toMatchObject({ "set-cookie": "a=1", "retry-after": "5" });
    });

    it.each([
      ["in one piece", raw('HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{"id":1}')],
      ["byte by byte", raw(...'HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{"id":1}')],
      ["in chunks", raw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"id\r\n4\r\n":1}\r\n0\r\n\r\n')],
      ["until the connection closes", (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n{"id":1}')],
      [
        "after 103 Early Hints",
        raw('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{"id":1}'),
      ],
      [
        "after several 102",
        raw(
          "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n",
          'HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{"id":1}',
        ),
      ],
    ])("is read in any form: %s", async (_, behaviour) => {
      server.behaviours.push(behaviour);
      expect(await send()).toMatchObject({ phase: "answered", status: 200, body: { id: 1 } });
    });

    it("is decoded correctly if a character is split", async () => {
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
      ["a string", "<html></html>", "<html></html>"],
      ["truncated JSON", '{"id":', '{"id":'],
      ["null", "null", null],
    ])("may be %s", async (_, text, body) => {
      server.behaviours.push(respond(200, text));
      expect((await send()).body).toBe(body);
    });

    it("may have no body", async () => {
      server.behaviours.push(raw("HTTP/1.1 204 No Content\r\n\r\n"));
      expect(await send()).toEqual({ phase: "answered", status: 204, headers: {} });
    });

    it("may have 1 MiB and not more", async () => {
      const most = 1024 * 1024;
      server.behaviours.push(respond(400, "x".repeat(most)), respond(400, "x".repeat(most + 1)));
      expect(await send()).toMatchObject({ phase: "answered", status: 400, body: expect.stringMatching(/^x+$/) });
      const tooLong = await send();
      expect(tooLong).toMatchObject({ phase: "answered", status: 400, cause: { code: "EMSGSIZE" } });
      expect(tooLong).not.toHaveProperty("body");
    });

    it("without end is aborted at 1 MiB", async () => {
      server.behaviours.push((socket) => {
        socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        const pour = (): void => void (socket.writable && socket.write(`10000\r\n${"x".repeat(0x10000)}\r\n`, pour));
        pour();
      });
      expect(await send()).toMatchObject({ phase: "answered", status: 200, cause: { code: "EMSGSIZE" } });
    });
  });

  describe("the server", () => {
    it("receives method, path, headers and body, with the length of the body in bytes", async () => {
      server.behaviours.push(respond(200));
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

    it("receives the request once: redirects are not followed", async () => {
      for (const status of [301, 302, 303, 307, 308]) {
        server.behaviours.push(respond(status, "", { location: `${server.url}/elsewhere` }));
        expect(await send()).toMatchObject({
          phase: "answered",
          status,
          headers: { location: `${server.url}/elsewhere` },
        });
      }
      expect(server.requests).toHaveLength(5);
    });
  });

  describe("a request that was not sent", () => {
    it("has the refused connection as cause", async () => {
      await server.close();
      expect(await send()).toMatchObject({ phase: "notSent", cause: { code: "ECONNREFUSED" } });
    });

    it("ends at once if the caller has already aborted", async () => {
      const reason = new Error("enough");
      expect(await send({ signal: AbortSignal.abort(reason) })).toEqual({ phase: "notSent", cause: reason });
      await nextEventLoopTurn();
      expect(server.requests).toEqual([]);
    });

    it.each([
      ["an invalid header", { headers: { "x-a": "a\r\nb: c" } }],
      ["an invalid URL", { url: "nowhere" }],
    ])("has the error as cause: %s", async (_, request) => {
      expect(await send(request)).toMatchObject({ phase: "notSent", cause: expect.any(Error) });
      expect(server.requests).toEqual([]);
    });
  });

  describe("a request without a response", () => {
    it("ends at the response timeout, counted from the sending", async () => {
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
      ["closes the connection", closeConnection, codes.closed],
      ["truncates the head", (socket: Socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-le"), codes.closed],
      ["speaks another protocol", raw("SSH-2.0-OpenSSH_9.2\r\n"), codes.noHttp],
      ["sends a head without end", raw(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(20_000)}`), codes.headTooLong],
      [
        "switches protocols",
        raw("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
        codes.closed,
      ],
    ])("was sent if the server %s", async (_, behaviour, code) => {
      server.behaviours.push(behaviour);
      const result = await send();
      expect(result).toEqual({ phase: "sent", cause: expect.objectContaining({ code }) });
      expect(server.requests).toHaveLength(1);
    });

    it("was sent if the server sends only 103 Early Hints", async () => {
      server.behaviours.push(raw("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(50)));
      const sending = send();
      await server.received(1);
      // Lets the client read them.
      for (let turns = 0; turns < 10; turns++) await nextEventLoopTurn();
      await clock.started(RESPONSE_TIMEOUT_MS);
      await clock.advance(RESPONSE_TIMEOUT_MS);
      expect(await sending).toMatchObject({ phase: "sent", cause: { code: "ETIMEDOUT" } });
    });

    it("was sent if the caller aborts afterwards", async () => {
      server.behaviours.push(silent);
      const controller = new AbortController();
      const reason = new Error("enough");
      const sending = send({ signal: controller.signal });
      await server.received(1);
      controller.abort(reason);
      expect(await sending).toEqual({ phase: "sent", cause: reason });
    });
  });

  describe("a truncated response", () => {
    /** Starts a response, and then acts on the connection. */
    const begin =
      (status: number, then: (socket: Socket) => void): Behaviour =>
      (socket) =>
        socket.write(`HTTP/1.1 ${status} Whatever\r\ncontent-length: 500\r\nrequest-id: r-1\r\n\r\n{"id":"op-1",`, () =>
          then(socket),
        );

    it.each([200, 404, 429])("has the status: %i", async (status) => {
      for (const then of [closeConnection, reset]) {
        server.behaviours.push(begin(status, then));
        const result = await send();
        expect(result).toEqual({
          phase: "answered",
          status,
          headers: { "content-length": "500", "request-id": "r-1" },
          cause: expect.objectContaining({ code: codes.closed }),
        });
      }
    });

    it.each([200, 404])("has the status if the caller aborts afterwards: %i", async (status) => {
      const controller = new AbortController();
      const reason = new Error("enough");
      server.behaviours.push(begin(status, silent));
      const sending = send({ signal: controller.signal });
      await headRead();
      controller.abort(reason);
      expect(await sending).toMatchObject({ phase: "answered", status, cause: reason });
    });

    it("has the status if the body is too slow", async () => {
      server.behaviours.push(begin(404, silent));
      const sending = send();
      await headRead();
      await clock.advance(RESPONSE_TIMEOUT_MS);
      expect(await sending).toMatchObject({ phase: "answered", status: 404, cause: { code: "ETIMEDOUT" } });
    });

    it("has the status, and no unparsed bytes, if the body is invalid", async () => {
      server.behaviours.push(raw('HTTP/1.1 400 Bad\r\ntransfer-encoding: chunked\r\n\r\n{"value":"tone4"}\r\n'));
      const result = await send();
      expect(result).toMatchObject({
        phase: "answered",
        status: 400,
        cause: { code: codes.noChunk },
      });
      expect(inspect(result, { depth: null, showHidden: true })).not.toMatch(/tone4|Buffer/);
      expect(JSON.stringify({ ...(result.cause as object) })).not.toContain("data");
    });
  });

  describe("any sequence of responses", () => {
    const pieces = fc.oneof(
      fc.constantFrom(
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 404 Not Found\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\n\r\n",
        "content-length: 8\r\n",
        "content-length: 3\r\n",
        "transfer-encoding: chunked\r\n",
        "connection: close\r\n",
        "keep-alive: timeout=1\r\n",
        "\r\n",
        '{"id":1}',
        '4\r\n{"id\r\n',
        "0\r\n\r\n",
      ),
      fc.string({ unit: "binary", maxLength: 20 }),
    );

    it("reaches the right request and ends it once", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(pieces), fc.constantFrom(closeConnection, reset, silent), async (written, last) => {
          const before = server.requests.length;
          server.behaviours.push((socket) => socket.write(written.join(""), () => last(socket)));
          const sending = send();
          await server.received(before + 1);
          if (last === silent) {
            for (let turns = 0; turns < 5; turns++) await nextEventLoopTurn();
            await clock.advance(RESPONSE_TIMEOUT_MS);
          }
          const result = await sending;
          expect(["sent", "answered"]).toContain(result.phase);
          expect("body" in result && "cause" in result).toBe(false);
          await nextEventLoopTurn();
          expect(server.requests).toHaveLength(before + 1);
          server.behaviours.push(respond(200, { id: 2 }));
          const next = await send();
          if (next.phase === "answered") expect(next).toMatchObject({ status: 200, body: { id: 2 } });
        }),
        { numRuns: 300 },
      );
    });
  });

  describe("connections", () => {
    it("are as many as there are simultaneous requests, without a leak warning", async () => {
      const plain = await startHttpServer(createServer());
      const warnings = observedWarnings();
      const { signal } = new AbortController();
      const sending = Array.from({ length: 50 }, () =>
        transport.send(requestTo(`http://127.0.0.1:${plain.port}`, { signal })),
      );
      expect(getEventListeners(signal, "abort")).toHaveLength(1);
      for (const result of await Promise.all(sending)) expect(result).toMatchObject({ status: 200 });
      await nextEventLoopTurn();
      expect(plain.connections).toHaveLength(50);
      expect(getEventListeners(signal, "abort")).toEqual([]);
      expect(warnings).toEqual([]);
    });

    it("leave no listener on the signal", async () => {
      const { signal } = new AbortController();
      for (const behaviour of [respond(200), respond(404), reset, closeConnection, raw("nonsense\r\n\r\n")]) {
        server.behaviours.push(behaviour);
        await send({ signal });
      }
      await server.close();
      await send({ signal });
      expect(getEventListeners(signal, "abort")).toEqual([]);
    });
  });

  describe("close", () => {
    it("waits for requests in flight", async () => {
      server.behaviours.push(silent);
      const sending = send();
      await server.received(1);
      let closed = false;
      const closing = transport.close().then(() => {
        closed = true;
      });
      await nextEventLoopTurn();
      expect(closed).toBe(false);
      for (const connection of server.sockets) respond(200)(connection);
      expect(await sending).toMatchObject({ status: 200 });
      await closing;
    });

    it("may be called twice, and does not wait if nothing was sent", async () => {
      await Promise.all([transport.close(), transport.close()]);
      await transport.close();
    });
  });
});

describe("types", () => {
  it("are exact", () => {
    expectTypeOf<HttpTransport["send"]>().toEqualTypeOf<(request: HttpRequest) => Promise<ExchangeResult>>();
    expectTypeOf<HttpTransport["close"]>().returns.toEqualTypeOf<Promise<void>>();
  });
});
