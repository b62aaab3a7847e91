import { Agent } from "node:http";
import { Socket } from "node:net";
import type { SendDtmfTonesOperation } from "@graph-dtmf/models";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createObservedClock, type ObservedClock } from "./__fixtures__/observed-clock.ts";
import { createRecordingWatcher, type RecordingWatcher } from "./__fixtures__/recording-watcher.ts";
import {
  accept,
  answer,
  type Behaviour,
  hangUp,
  reset,
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
  ["connections of our own", () => undefined],
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
      // The last one is given again and again, as a cache would.
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

  /** Follows a promise that may reject before anybody looks. */
  function watched<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {});
    return promise;
  }

  describe("what may have been executed is never sent again", () => {
    const html = "<html>Bad gateway</html>";
    const cases: [string, Behaviour, { status?: number }][] = [
      ["500", answer(500, { error: { code: "9999", message: "Internal" } }), { status: 500 }],
      ["502 with a page for people", answer(502, html), { status: 502 }],
      ["504 Gateway Timeout", answer(504, html), { status: 504 }],
      ["504 with Retry-After", answer(504, "", { "retry-after": "1" }), { status: 504 }],
      ["503 without Retry-After", answer(503), { status: 503 }],
      ["503 with a Retry-After that cannot be read", answer(503, "", { "retry-after": "soon" }), { status: 503 }],
      ["408", answer(408), { status: 408 }],
      ["a reset after the request was read", reset, {}],
      ["a connection closed with no answer", hangUp, {}],
      ["an answer that breaks off", truncate, { status: 200 }],
      ["200 with nothing in it", answer(200), { status: 200 }],
      ["200 with a text", answer(200, "fine"), { status: 200 }],
      ["200 with an operation that has no id", answer(200, { status: "running" }), { status: 200 }],
      ["200 with an empty id", answer(200, { id: "", status: "running" }), { status: 200 }],
      ["204", answer(204), { status: 204 }],
      ["205", answer(205), { status: 205 }],
      ["200 with a list", answer(200, [{ id: "op-1", status: "running" }]), { status: 200 }],
      ["200 with an id that is a number", answer(200, { id: 1, status: "running" }), { status: 200 }],
      ["200 with JSON that breaks off", answer(200, '{"id":"op-1","status":"runn'), { status: 200 }],
      ["a status that does not exist", answer(799), { status: 799 }],
      ["101: another protocol", (socket) => socket.write("HTTP/1.1 101 Whatever\r\nupgrade: x\r\n\r\n"), {}],
      ["an interim answer, and no other", (socket) => socket.end("HTTP/1.1 103 Hints\r\n\r\n"), {}],
      [
        "chunks that break off",
        (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"id"\r\n'),
        { status: 200 },
      ],
      ["headers without end", (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(100_000)}`), {}],
      ["an answer longer than 1 MiB", answer(200, { id: "op-1", x: "x".repeat(1024 * 1024) }), { status: 200 }],
      ["something that is no HTTP", (socket) => socket.end("SSH-2.0-OpenSSH\r\n"), {}],
    ];

    test.each(cases)(
      "%s is an unknown delivery, reached the server once, and is still listened to",
      async (_, behaviour, facts) => {
        server.behaviours.push(behaviour);
        const error = await send().catch((error: unknown) => error);
        expect(error).toMatchObject({ code: "delivery_unknown", callId: CALL, clientContext: "made-up", ...facts });
        expect(operations.reported).toEqual(["unknown"]);
        await clock.advance(3_600_000);
        expect(server.requests).toHaveLength(1);
        operations.settle({ outcome: "timedOut", played: "unknown" });
        expect(await (error as { completion(): Promise<unknown> }).completion()).toMatchObject({ outcome: "timedOut" });
      },
    );

    test("an answer that trickles in is an unknown delivery after 30 s, counted from the sending", async () => {
      server.behaviours.push((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"id":'));
      const sending = watched(send({ timeoutMs: 100_000 }));
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

    test("interim answers are passed over, and an answer without a length is read to its end", async () => {
      const interim = "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\n";
      server.behaviours.push((socket) =>
        socket.end(`${interim}HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{"id":"op-1","status":"running"}`),
      );
      expect(await send()).toMatchObject({ id: "op-1" });
    });

    test("a second answer to one request is nobody's: not even when it waits in the connection for the next", async () => {
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

    test("silence is an unknown delivery after 30 s", async () => {
      server.behaviours.push(silent);
      const sending = watched(send({ timeoutMs: 100_000 }));
      await server.received(1);
      await clock.started(30_000);
      await clock.advance(30_000);
      await expect(sending).rejects.toMatchObject({ code: "delivery_unknown", cause: { code: "ETIMEDOUT" } });
      expect(server.requests).toHaveLength(1);
    });

    test("an abort after the request left is an unknown delivery", async () => {
      const stop = new AbortController();
      const sending = watched(send({ signal: stop.signal }));
      await server.received(1);
      stop.abort(new Error("enough"));
      await expect(sending).rejects.toMatchObject({ code: "delivery_unknown", cause: { message: "enough" } });
      expect(operations.reported).toEqual(["unknown"]);
      expect(server.requests).toHaveLength(1);
    });
  });

  describe("what Graph refuses is not sent again", () => {
    test.each([400, 401, 403, 404, 405, 409, 412, 413, 423])("%i is an error of the request", async (status) => {
      server.behaviours.push(answer(status, { error: { code: "8522", message: "Call not found." } }));
      await expect(send()).rejects.toMatchObject({
        code: "graph_request_failed",
        status,
        graphCode: "8522",
        retryable: false,
      });
      expect(operations.reported).toEqual(["abandon"]);
      expect(server.requests).toHaveLength(1);
    });

    test.each([301, 302, 303, 307, 308])("%i: a redirect is not followed with the tones", async (status) => {
      server.behaviours.push(answer(status, "", { location: `${server.url}/elsewhere` }));
      await expect(send()).rejects.toMatchObject({ code: "graph_request_failed", status });
      expect(server.requests).toHaveLength(1);
    });
  });

  describe("what was certainly not executed is sent again", () => {
    test.each([
      ["429", answer(429, "", { "retry-after": "2.128" })],
      ["503 with Retry-After", answer(503, "", { "retry-after": "2.128" })],
    ])("%s, after the whole time that Graph asked for, and not a millisecond before", async (_, refuse) => {
      server.behaviours.push(refuse, accept());
      const sending = watched(send());
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

    test("also by a date", async () => {
      const date = new Date(clock.now() + 5_000).toUTCString();
      server.behaviours.push(answer(429, "", { "retry-after": date }), accept());
      const sending = watched(send());
      await clock.started(5_000);
      await clock.advance(5_000);
      expect(await sending).toMatchObject({ id: "op-1" });
    });

    test("with a new token each time", async () => {
      tokens = ["token-1", "token-2"];
      server.behaviours.push(answer(429, "", { "retry-after": "1" }), accept());
      const sending = watched(send());
      await clock.started(1_000);
      await clock.advance(1_000);
      await sending;
      expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
    });

    test("unless the caller's time is shorter: then Graph's time is told at once", async () => {
      server.behaviours.push(answer(429, { error: { code: "TooManyRequests" } }, { "retry-after": "31" }));
      await expect(send()).rejects.toMatchObject({
        code: "graph_request_failed",
        status: 429,
        retryAfterMs: 31_000,
        retryable: true,
      });
      expect(server.requests).toHaveLength(1);
    });

    test("unless a notification is heard while the next attempt waits for its token", async () => {
      const waiting: (() => void)[] = [];
      const slow = createDtmfClient({
        baseUrl: server.url,
        clock,
        operations,
        credential: () => new Promise((resolve) => waiting.push(() => resolve("token"))),
      });
      server.behaviours.push(answer(503, "", { "retry-after": "20" }), accept());
      const sending = watched(slow.sendDtmfTones(CALL, { tones: "4711#" }));
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

    test("unless the client is closed meanwhile, while it waits for a token or for its time", async () => {
      server.behaviours.push(answer(429, "", { "retry-after": "20" }));
      const sending = watched(send());
      await clock.started(20_000);
      await dtmf.close();
      await expect(sending).rejects.toMatchObject({ code: "closed" });
      expect(operations.reported).toEqual(["abandon"]);
      expect(clock.pending).toBe(0);
    });

    test("unless the caller gives up meanwhile", async () => {
      const stop = new AbortController();
      server.behaviours.push(answer(429, "", { "retry-after": "20" }));
      const sending = watched(send({ signal: stop.signal }));
      await clock.started(20_000);
      stop.abort(new Error("enough"));
      await expect(sending).rejects.toMatchObject({ code: "aborted", cause: { message: "enough" } });
      expect(operations.reported).toEqual(["abandon"]);
      expect(clock.pending).toBe(0);
    });

    test("unless a notification tells meanwhile that it was taken after all", async () => {
      server.behaviours.push(answer(503, "", { "retry-after": "20" }), accept());
      const sending = watched(send());
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

    test("unless a notification mentions meanwhile that it is running", async () => {
      server.behaviours.push(answer(503, "", { "retry-after": "20" }), accept());
      const sending = watched(send());
      await clock.started(20_000);
      operations.reportOperation({ id: "op-7", status: "running" });
      await clock.advance(20_000);
      expect(await sending).toMatchObject({ id: "op-7" });
      expect(server.requests).toHaveLength(1);
    });

    test("unless the call ends meanwhile", async () => {
      server.behaviours.push(answer(429, "", { "retry-after": "20" }), accept());
      const sending = watched(send());
      await clock.started(20_000);
      operations.settle({ outcome: "callEnded", played: "unknown" });
      await expect(sending).rejects.toMatchObject({ code: "graph_request_failed", status: 429, retryable: false });
      expect(server.requests).toHaveLength(1);
    });

    test("a connection that does not come to be, until the caller's time is over", async () => {
      const agent = new Agent();
      // A socket that stays about to connect.
      agent.createConnection = () => Object.assign(new Socket(), { connecting: true });
      const credential = async (): Promise<string> => {
        await clock.advance(100);
        return "token";
      };
      const stuck = createDtmfClient({ baseUrl: server.url, clock, agent, credential });
      const sending = watched(stuck.sendDtmfTones(CALL, { tones: "1" }, { timeoutMs: 1_500 }));
      await clock.started(1_400);
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(1_400);
      await expect(sending).rejects.toMatchObject({ code: "not_sent", cause: { code: "ETIMEDOUT" } });
      await stuck.close();
    });

    test("a refused connection, until the caller's time is over", async () => {
      await server.close();
      const sending = watched(send({ timeoutMs: 1_000 }));
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
    const challenge = answer(401, "", {
      "www-authenticate": `Bearer realm="", error="insufficient_claims", claims="${claims}"`,
    });

    test("is answered once with another token, asked for with the challenge's claims", async () => {
      const asked: unknown[] = [];
      const client = createDtmfClient({
        baseUrl: server.url,
        clock,
        credential: async (request) => {
          asked.push(request);
          return `token-${asked.length}`;
        },
      });
      server.behaviours.push(challenge, accept());
      await client.sendDtmfTones(CALL, { tones: "1" }, { tenantId: "tenant" });
      await client.close();
      expect(asked).toEqual([
        { tenantId: "tenant" },
        { tenantId: "tenant", claims: '{"access_token":{"nbf":{"essential":true}}}' },
      ]);
      expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
    });

    test("is final if the credential gives the same token", async () => {
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

  describe("nothing is sent at all", () => {
    test("when the caller has given up before", async () => {
      await expect(send({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
      expect(operations.expected).toHaveLength(0);
    });

    test("when the client is closed", async () => {
      await dtmf.close();
      await expect(send()).rejects.toMatchObject({ code: "closed" });
    });

    test.each([
      ["no options", null],
      ["a time that is none", { timeoutMs: -1 }],
      ["a time that is a text", { timeoutMs: "1" }],
      ["a signal that is none", { signal: {} }],
      ["a signal that is null", { signal: null }],
      ["an empty tenant", { tenantId: "" }],
      ["a tenant that is no text", { tenantId: 7 }],
    ])("when it cannot be told how: %s", async (_, options) => {
      await expect(send(options as RequestOptions)).rejects.toMatchObject({ code: "invalid_request" });
      expect(operations.expected).toHaveLength(0);
    });

    test("when a token comes after the caller gave up, or the client was closed", async () => {
      const waiting: ((token: string) => void)[] = [];
      const slow = createDtmfClient({
        baseUrl: server.url,
        clock,
        credential: () => new Promise((resolve) => waiting.push(resolve)),
      });
      const stop = new AbortController();
      const aborted = watched(slow.sendDtmfTones("one", { tones: "1" }, { signal: stop.signal }));
      const closed = watched(slow.sendDtmfTones("another", { tones: "1" }));
      await clock.started(30_000);
      stop.abort();
      for (const give of waiting) give("token");
      await slow.close();
      await expect(aborted).rejects.toMatchObject({ code: "aborted" });
      await expect(closed).rejects.toMatchObject({ code: "closed" });
    });

    test("when there is no token, or none in time", async () => {
      const failing = createDtmfClient({ baseUrl: server.url, credential: () => Promise.reject(new Error("no")) });
      await expect(failing.sendDtmfTones(CALL, { tones: "1" })).rejects.toMatchObject({
        code: "token_unavailable",
        cause: { message: "no" },
      });
      const hanging = createDtmfClient({ baseUrl: server.url, clock, credential: () => new Promise(() => {}) });
      const sending = watched(hanging.sendDtmfTones(CALL, { tones: "1" }));
      await clock.started(30_000);
      await clock.advance(30_000);
      await expect(sending).rejects.toMatchObject({ code: "token_unavailable" });
      await Promise.all([failing.close(), hanging.close()]);
    });

    afterEach(() => expect(server.requests).toHaveLength(0));
  });

  describe("the queue of a call", () => {
    test("lets one action leave at a time, in order, and the next whatever became of the one before", async () => {
      const order: string[] = [];
      const first = watched(dtmf.sendDtmfTones(CALL, { tones: "1" }).catch(() => order.push("first")));
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

    test("never makes one call wait for another", async () => {
      server.behaviours.push(silent, accept());
      watched(send());
      await server.received(1);
      expect(await dtmf.sendDtmfTones("another", { tones: "1" })).toMatchObject({ callId: "another" });
    });

    test("can be left while waiting, by signal or by time, without holding up those behind", async () => {
      const stop = new AbortController();
      watched(send());
      await server.received(1);
      const aborted = watched(send({ signal: stop.signal }));
      const late = watched(send({ timeoutMs: 5_000 }));
      const behind = watched(send({ timeoutMs: 60_000 }));
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
