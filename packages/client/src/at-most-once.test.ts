import { Agent } from "node:http";
import { Socket } from "node:net";
import type { SendDtmfTonesOperation } from "@graph-dtmf/models";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createObservedClock, type ObservedClock } from "./__fixtures__/observed-clock.ts";
import { createRecordingWatcher, type RecordingWatcher } from "./__fixtures__/recording-watcher.ts";
import {
  accept,
  type Behaviour,
  closeConnection,
  reset,
  respond,
  type ScriptedServer,
  silent,
  startScriptedServer,
  truncate,
} from "./__fixtures__/scripted-server.ts";
import type { RequestOptions } from "./actions/request-options.ts";
import type { SentOperation } from "./actions/sent-operation.ts";
import { createDtmfClient, type DtmfClient } from "./client.ts";

const CALL = "481f3600-983e-4276-9b59-c1b30ec8d125";

describe.each([
  ["undici", () => undefined],
  ["an agent", () => new Agent({ keepAlive: true })],
])("over %s", (_, createAgent) => {
  let server: ScriptedServer;
  let clock: ObservedClock;
  let operations: RecordingWatcher;
  let dtmf: DtmfClient;
  let agent: Agent | undefined;
  let tokens: string[];

  beforeEach(async () => {
    server = await startScriptedServer();
    clock = createObservedClock();
    operations = createRecordingWatcher();
    tokens = ["token-1"];
    agent = createAgent();
    dtmf = createDtmfClient({
      baseUrl: server.url,
      clock,
      operations,
      ...(agent && { agent }),
      // The last token is repeated, as from a cache.
      credential: async () => (tokens.length > 1 ? tokens.shift() : tokens[0]) ?? "",
    });
  });

  afterEach(async () => {
    await server.close();
    await dtmf.close();
    agent?.destroy();
  });

  const send = (options?: RequestOptions): Promise<SentOperation<SendDtmfTonesOperation>> =>
    dtmf.sendDtmfTones(CALL, { tones: "4711#" }, options);

  /** Handles a rejection that may come before the test awaits it. */
  function handled<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {});
    return promise;
  }

  describe("a request that may have been executed is not sent again", () => {
    const html = "<html>Bad gateway</html>";
    const cases: [string, Behaviour, { status?: number }][] = [
      ["500", respond(500, { error: { code: "9999", message: "Internal" } }), { status: 500 }],
      ["502 with an HTML page", respond(502, html), { status: 502 }],
      ["504 Gateway Timeout", respond(504, html), { status: 504 }],
      ["504 with Retry-After", respond(504, "", { "retry-after": "1" }), { status: 504 }],
      ["503 without Retry-After", respond(503), { status: 503 }],
      ["503 with an unreadable Retry-After", respond(503, "", { "retry-after": "soon" }), { status: 503 }],
      ["408", respond(408), { status: 408 }],
      ["a reset after the request was read", reset, {}],
      ["a connection closed without a response", closeConnection, {}],
      ["a truncated response", truncate, { status: 200 }],
      ["200 with an empty body", respond(200), { status: 200 }],
      ["200 with text", respond(200, "fine"), { status: 200 }],
      ["200 with an operation without id", respond(200, { status: "running" }), { status: 200 }],
      ["200 with an empty id", respond(200, { id: "", status: "running" }), { status: 200 }],
      ["204", respond(204), { status: 204 }],
      ["205", respond(205), { status: 205 }],
      ["200 with a list", respond(200, [{ id: "op-1", status: "running" }]), { status: 200 }],
      ["200 with a number as id", respond(200, { id: 1, status: "running" }), { status: 200 }],
      ["200 with truncated JSON", respond(200, '{"id":"op-1","status":"runn'), { status: 200 }],
      ["a status that does not exist", respond(799), { status: 799 }],
      ["101 Switching Protocols", (socket) => socket.write("HTTP/1.1 101 Whatever\r\nupgrade: x\r\n\r\n"), {}],
      ["an interim response and no other", (socket) => socket.end("HTTP/1.1 103 Hints\r\n\r\n"), {}],
      [
        "truncated chunks",
        (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"id"\r\n'),
        { status: 200 },
      ],
      ["endless headers", (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(100_000)}`), {}],
      ["a response longer than 1 MiB", respond(200, { id: "op-1", x: "x".repeat(1024 * 1024) }), { status: 200 }],
      ["a response that is not HTTP", (socket) => socket.end("SSH-2.0-OpenSSH\r\n"), {}],
    ];

    test.each(cases)(
      "%s is an unknown delivery, reaches the server once, and its operation is still tracked",
      async (_, behaviour, facts) => {
        server.behaviours.push(behaviour);
        const error = await send().catch((error: unknown) => error);
        expect(error).toMatchObject({ code: "delivery_unknown", callId: CALL, clientContext: "generated", ...facts });
        expect(operations.reported).toEqual(["unknown"]);
        await clock.advance(3_600_000);
        expect(server.requests).toHaveLength(1);
        operations.settle({ outcome: "timedOut", played: "unknown" });
        expect(await (error as { completion(): Promise<unknown> }).completion()).toMatchObject({ outcome: "timedOut" });
      },
    );

    test("a slow response is an unknown delivery 30 s after the request was sent", async () => {
      server.behaviours.push((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"id":'));
      const sending = handled(send({ timeoutMs: 100_000 }));
      const [socket] = await server.received(1).then(() => server.sockets);
      await clock.started(30_000);
      for (let seconds = 0; seconds < 30; seconds += 10) {
        socket?.write(" ");
        await new Promise((resolve) => setImmediate(resolve));
        await clock.advance(10_000);
      }
      await expect(sending).rejects.toMatchObject({ code: "delivery_unknown", cause: { code: "ETIMEDOUT" } });
      expect(server.requests).toHaveLength(1);
    });

    test("skips interim responses, and reads a response without a length to its end", async () => {
      const interim = "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\n";
      server.behaviours.push((socket) =>
        socket.end(`${interim}HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{"id":"op-1","status":"running"}`),
      );
      expect(await send()).toMatchObject({ id: "op-1" });
    });

    test("ignores a second response to one request, also when the connection is reused", async () => {
      const both: Behaviour = (socket) => {
        accept({ id: "op-1" })(socket);
        setImmediate(() => accept({ id: "stale" })(socket));
      };
      server.behaviours.push(both, accept({ id: "op-2" }));
      expect(await send()).toMatchObject({ id: "op-1" });
      for (const socket of server.sockets) {
        while (socket.bytesWritten < 140) await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await dtmf.sendDtmfTones("another", { tones: "1" })).toMatchObject({ id: "op-2" });
    });

    test("no response is an unknown delivery after 30 s", async () => {
      server.behaviours.push(silent);
      const sending = handled(send({ timeoutMs: 100_000 }));
      await server.received(1);
      await clock.started(30_000);
      await clock.advance(30_000);
      await expect(sending).rejects.toMatchObject({ code: "delivery_unknown", cause: { code: "ETIMEDOUT" } });
      expect(server.requests).toHaveLength(1);
    });

    test("an abort after the request was sent is an unknown delivery", async () => {
      const stop = new AbortController();
      const sending = handled(send({ signal: stop.signal }));
      await server.received(1);
      stop.abort(new Error("enough"));
      await expect(sending).rejects.toMatchObject({ code: "delivery_unknown", cause: { message: "enough" } });
      expect(operations.reported).toEqual(["unknown"]);
      expect(server.requests).toHaveLength(1);
    });
  });

  describe("a request that Graph refuses is not sent again", () => {
    test.each([400, 401, 403, 404, 405, 409, 412, 413, 423])("%i is a GraphRequestError", async (status) => {
      server.behaviours.push(respond(status, { error: { code: "8522", message: "Call not found." } }));
      await expect(send()).rejects.toMatchObject({
        code: "graph_request_failed",
        status,
        graphCode: "8522",
        retryable: false,
      });
      expect(operations.reported).toEqual(["abandon"]);
      expect(server.requests).toHaveLength(1);
    });

    test.each([301, 302, 303, 307, 308])("%i: a redirect is not followed", async (status) => {
      server.behaviours.push(respond(status, "", { location: `${server.url}/elsewhere` }));
      await expect(send()).rejects.toMatchObject({ code: "graph_request_failed", status });
      expect(server.requests).toHaveLength(1);
    });
  });

  describe("a request that was certainly not executed is sent again", () => {
    test.each([
      ["429", respond(429, "", { "retry-after": "2.128" })],
      ["503 with Retry-After", respond(503, "", { "retry-after": "2.128" })],
    ])("%s, exactly after the delay of Retry-After", async (_, refuse) => {
      server.behaviours.push(refuse, accept());
      const sending = handled(send());
      await server.received(1);
      await clock.started(2_128);
      await clock.advance(2_127);
      expect(server.requests).toHaveLength(1);
      await clock.advance(1);
      const [first, second] = await server.received(2);
      expect(await sending).toMatchObject({ id: "op-1", operation: { status: "running" } });
      expect(operations.reported).toEqual(["accepted"]);
      expect(second?.body).toBe(first?.body);
      expect(second?.headers["client-request-id"]).toBe(first?.headers["client-request-id"]);
    });

    test("after the date in Retry-After", async () => {
      const date = new Date(clock.now() + 5_000).toUTCString();
      server.behaviours.push(respond(429, "", { "retry-after": date }), accept());
      const sending = handled(send());
      await clock.started(5_000);
      await clock.advance(5_000);
      expect(await sending).toMatchObject({ id: "op-1" });
    });

    test("with a new token each time", async () => {
      tokens = ["token-1", "token-2"];
      server.behaviours.push(respond(429, "", { "retry-after": "1" }), accept());
      const sending = handled(send());
      await clock.started(1_000);
      await clock.advance(1_000);
      await sending;
      expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
    });

    test("unless Retry-After exceeds timeoutMs: the error has retryAfterMs", async () => {
      server.behaviours.push(respond(429, { error: { code: "TooManyRequests" } }, { "retry-after": "31" }));
      await expect(send()).rejects.toMatchObject({
        code: "graph_request_failed",
        status: 429,
        retryAfterMs: 31_000,
        retryable: true,
      });
      expect(server.requests).toHaveLength(1);
    });

    test("unless a notification arrives while the next attempt waits for its token", async () => {
      const waiting: (() => void)[] = [];
      const slow = createDtmfClient({
        baseUrl: server.url,
        clock,
        operations,
        credential: () => new Promise((resolve) => waiting.push(() => resolve("token"))),
      });
      server.behaviours.push(respond(503, "", { "retry-after": "20" }), accept());
      const sending = handled(slow.sendDtmfTones(CALL, { tones: "4711#" }));
      await new Promise((resolve) => setImmediate(resolve));
      waiting[0]?.();
      await clock.started(20_000);
      await clock.advance(20_000);
      expect(waiting).toHaveLength(2);
      operations.reportOperation({ id: "op-7", status: "running" });
      waiting[1]?.();
      expect(await sending).toMatchObject({ id: "op-7" });
      expect(server.requests).toHaveLength(1);
      await slow.close();
    });

    test("unless the client is closed during the delay", async () => {
      server.behaviours.push(respond(429, "", { "retry-after": "20" }));
      const sending = handled(send());
      await clock.started(20_000);
      await dtmf.close();
      await expect(sending).rejects.toMatchObject({ code: "closed" });
      expect(operations.reported).toEqual(["abandon"]);
      expect(clock.pending).toBe(0);
    });

    test("unless the caller aborts during the delay", async () => {
      const stop = new AbortController();
      server.behaviours.push(respond(429, "", { "retry-after": "20" }));
      const sending = handled(send({ signal: stop.signal }));
      await clock.started(20_000);
      stop.abort(new Error("enough"));
      await expect(sending).rejects.toMatchObject({ code: "aborted", cause: { message: "enough" } });
      expect(operations.reported).toEqual(["abandon"]);
      expect(clock.pending).toBe(0);
    });

    test("unless a notification during the delay reports that the operation ended", async () => {
      server.behaviours.push(respond(503, "", { "retry-after": "20" }), accept());
      const sending = handled(send());
      await clock.started(20_000);
      operations.settle({
        outcome: "completed",
        played: "all",
        operation: { id: "op-7", status: "completed", completionReason: "completedSuccessfully" },
      });
      expect(await sending).toMatchObject({ id: "op-7" });
      expect(operations.reported).toEqual(["accepted"]);
      expect(server.requests).toHaveLength(1);
    });

    test("unless a notification during the delay reports that the operation runs", async () => {
      server.behaviours.push(respond(503, "", { "retry-after": "20" }), accept());
      const sending = handled(send());
      await clock.started(20_000);
      operations.reportOperation({ id: "op-7", status: "running" });
      await clock.advance(20_000);
      expect(await sending).toMatchObject({ id: "op-7" });
      expect(server.requests).toHaveLength(1);
    });

    test("unless the call ends during the delay", async () => {
      server.behaviours.push(respond(429, "", { "retry-after": "20" }), accept());
      const sending = handled(send());
      await clock.started(20_000);
      operations.settle({ outcome: "callEnded", played: "unknown" });
      await expect(sending).rejects.toMatchObject({ code: "graph_request_failed", status: 429, retryable: false });
      expect(server.requests).toHaveLength(1);
    });

    test("after a connection that is never established, until timeoutMs", async () => {
      const agent = new Agent();
      // A socket that never finishes connecting.
      agent.createConnection = () => Object.assign(new Socket(), { connecting: true });
      const credential = async (): Promise<string> => {
        await clock.advance(100);
        return "token";
      };
      const stuck = createDtmfClient({ baseUrl: server.url, clock, agent, credential });
      const sending = handled(stuck.sendDtmfTones(CALL, { tones: "1" }, { timeoutMs: 1_500 }));
      await clock.started(1_400);
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(1_400);
      await expect(sending).rejects.toMatchObject({ code: "not_sent", cause: { code: "ETIMEDOUT" } });
      await stuck.close();
    });

    test("after a refused connection, until timeoutMs", async () => {
      await server.close();
      const sending = handled(send({ timeoutMs: 1_000 }));
      await clock.started(250);
      await clock.advance(250);
      await clock.started(500);
      await clock.advance(500);
      await expect(sending).rejects.toMatchObject({
        code: "not_sent",
        retryable: true,
        cause: { code: "ECONNREFUSED" },
      });
      expect(operations.reported).toEqual(["abandon"]);
      expect(clock.pending).toBe(0);
    });
  });

  describe("a 401", () => {
    const claims = Buffer.from('{"access_token":{"nbf":{"essential":true}}}').toString("base64");
    const challenge = respond(401, "", {
      "www-authenticate": `Bearer realm="", error="insufficient_claims", claims="${claims}"`,
    });

    test("is retried once with another token, requested with the claims of the challenge", async () => {
      const tokenRequests: unknown[] = [];
      const client = createDtmfClient({
        baseUrl: server.url,
        clock,
        credential: async (request) => {
          tokenRequests.push(request);
          return `token-${tokenRequests.length}`;
        },
      });
      server.behaviours.push(challenge, accept());
      await client.sendDtmfTones(CALL, { tones: "1" }, { tenantId: "tenant" });
      await client.close();
      expect(tokenRequests).toEqual([
        { tenantId: "tenant" },
        { tenantId: "tenant", claims: '{"access_token":{"nbf":{"essential":true}}}' },
      ]);
      expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
    });

    test("is final if the credential returns the same token", async () => {
      server.behaviours.push(challenge, accept());
      await expect(send()).rejects.toMatchObject({ code: "graph_request_failed", status: 401 });
      expect(server.requests).toHaveLength(1);
    });

    test("is final the second time", async () => {
      tokens = ["token-1", "token-2", "token-3"];
      server.behaviours.push(challenge, challenge, accept());
      await expect(send()).rejects.toMatchObject({ code: "graph_request_failed", status: 401 });
      expect(server.requests).toHaveLength(2);
    });
  });

  describe("nothing is sent", () => {
    test("if the caller has already aborted", async () => {
      await expect(send({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
      expect(operations.expected).toHaveLength(0);
    });

    test("if the client is closed", async () => {
      await dtmf.close();
      await expect(send()).rejects.toMatchObject({ code: "closed" });
    });

    test.each([
      ["null as options", null],
      ["a negative timeout", { timeoutMs: -1 }],
      ["a string as timeout", { timeoutMs: "1" }],
      ["an object as signal", { signal: {} }],
      ["null as signal", { signal: null }],
      ["an empty tenant", { tenantId: "" }],
      ["a number as tenant", { tenantId: 7 }],
    ])("if an option is invalid: %s", async (_, options) => {
      await expect(send(options as RequestOptions)).rejects.toMatchObject({ code: "invalid_request" });
      expect(operations.expected).toHaveLength(0);
    });

    test("if the token comes after an abort or after the client was closed", async () => {
      const waiting: ((token: string) => void)[] = [];
      const slow = createDtmfClient({
        baseUrl: server.url,
        clock,
        credential: () => new Promise((resolve) => waiting.push(resolve)),
      });
      const stop = new AbortController();
      const aborted = handled(slow.sendDtmfTones("one", { tones: "1" }, { signal: stop.signal }));
      const closed = handled(slow.sendDtmfTones("another", { tones: "1" }));
      await clock.started(30_000);
      stop.abort();
      for (const resolve of waiting) resolve("token");
      await slow.close();
      await expect(aborted).rejects.toMatchObject({ code: "aborted" });
      await expect(closed).rejects.toMatchObject({ code: "closed" });
    });

    test("if there is no token, or none in time", async () => {
      const failing = createDtmfClient({ baseUrl: server.url, credential: () => Promise.reject(new Error("no")) });
      await expect(failing.sendDtmfTones(CALL, { tones: "1" })).rejects.toMatchObject({
        code: "token_unavailable",
        cause: { message: "no" },
      });
      const hanging = createDtmfClient({ baseUrl: server.url, clock, credential: () => new Promise(() => {}) });
      const sending = handled(hanging.sendDtmfTones(CALL, { tones: "1" }));
      await clock.started(30_000);
      await clock.advance(30_000);
      await expect(sending).rejects.toMatchObject({ code: "token_unavailable" });
      await Promise.all([failing.close(), hanging.close()]);
    });

    afterEach(() => expect(server.requests).toHaveLength(0));
  });

  describe("the lock of a call", () => {
    test("sends media actions one at a time, in order, whatever the result of the previous one", async () => {
      const order: string[] = [];
      const first = handled(dtmf.sendDtmfTones(CALL, { tones: "1" }).catch(() => order.push("first")));
      const second = dtmf.sendDtmfTones(CALL, { tones: "2" }).then(() => order.push("second"));
      const third = dtmf.sendDtmfTones(CALL.toUpperCase(), { tones: "3" }).then(() => order.push("third"));
      await server.received(1);
      expect(server.requests).toHaveLength(1);
      server.behaviours.push(accept({ id: "op-2" }), accept({ id: "op-3" }));
      for (const socket of server.sockets) reset(socket);
      await Promise.all([first, second, third]);
      expect(order).toEqual(["first", "second", "third"]);
      expect(server.requests.map(({ body }) => JSON.parse(body).tones)).toEqual([["tone1"], ["tone2"], ["tone3"]]);
    });

    test("does not make calls wait for each other", async () => {
      server.behaviours.push(silent, accept());
      handled(send());
      await server.received(1);
      expect(await dtmf.sendDtmfTones("another", { tones: "1" })).toMatchObject({ callId: "another" });
    });

    test("can be left during the wait, by signal or timeout, without blocking later waiters", async () => {
      const stop = new AbortController();
      handled(send());
      await server.received(1);
      const aborted = handled(send({ signal: stop.signal }));
      const late = handled(send({ timeoutMs: 5_000 }));
      const behind = handled(send({ timeoutMs: 60_000 }));
      stop.abort();
      await expect(aborted).rejects.toMatchObject({ code: "aborted" });
      await clock.started(5_000);
      await clock.advance(5_000);
      await expect(late).rejects.toMatchObject({ code: "not_sent" });
      server.behaviours.push(accept({ id: "op-4" }));
      for (const socket of server.sockets) reset(socket);
      expect(await behind).toMatchObject({ id: "op-4" });
      expect(server.requests).toHaveLength(2);
    });
  });
});
