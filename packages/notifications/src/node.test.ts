import type { IncomingMessage, ServerResponse } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createManualClock } from "@graph-dtmf/models/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { listen, sendOverHttp } from "./__fixtures__/edges.ts";
import { callEntry, envelope, toneEntry } from "./__fixtures__/envelopes.ts";
import { createLog, deferred, FakeOperations, TENANT, until, verifier } from "./__fixtures__/ports.ts";
import { connectRaw, head, type RawSocket, TOKEN } from "./__fixtures__/raw-socket.ts";
import { type NodeHandler, toNodeHandler } from "./node.ts";
import { createNotificationReceiver, type NotificationReceiverOptions } from "./receiver/notification-receiver.ts";

const BODY = envelope(toneEntry(1));

/** Bytes in buffers that are still referenced. */
function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().arrayBuffers;
}

/** Starts a server. `mount` wraps the handler. */
async function serve(options: Partial<NotificationReceiverOptions> = {}, mount = (handler: NodeHandler) => handler) {
  const clock = createManualClock();
  const logger = createLog();
  const errors: unknown[] = [];
  const receiver = createNotificationReceiver({
    verifier,
    operations: new FakeOperations(),
    clock,
    logger,
    onError: (error) => errors.push(error),
    ...options,
  });
  const handled: Promise<unknown>[] = [];
  const handler = mount(toNodeHandler(receiver, { clock }));
  const { port, close } = await listen((request, response) => void handled.push(handler(request, response)));
  onTestFinished(close);
  const tones: number[] = [];
  receiver.on("tone", ({ toneInfo }) => tones.push(toneInfo.sequenceId));
  return { port, clock, logger, errors, receiver, tones, handled };
}

/** Some of these tests move much data through the loopback interface, on busy machines. */
describe("toNodeHandler", () => {
  it("keeps the connection of a refused request whose body has arrived", async () => {
    const { port, tones, receiver } = await serve();
    const client = connectRaw(port);
    client.write(`${head("Authorization: Bearer bad", `Content-Length: ${BODY.length}`)}${BODY}`);
    expect(await client.waitFor(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 401 (?!.*connection: close)/is);
    client.write(`${head(TOKEN, `Content-Length: ${BODY.length}`)}${BODY}`);
    expect(await client.waitFor(/ 202 /)).toContain(" 202 ");
    await receiver.drain();
    expect(tones).toEqual([1]);
  });

  it("answers at once if an unread body is refused, and announces that it closes the connection", async () => {
    const { port, clock } = await serve();
    const client = connectRaw(port);
    client.write(head("Authorization: Bearer bad", "Content-Length: 1000"));
    expect(await client.waitFor(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 401 .*connection: close/is);
    expect(client.isClosed).toBe(false);
    client.write(Buffer.alloc(1000));
    await client.closed();
    expect(client.error).toBeUndefined();
    await until(() => clock.pending === 0);
  });

  it("waits 2 s at most for the rest of a refused body", async () => {
    const { port, clock } = await serve();
    const client = connectRaw(port);
    client.write(head("Authorization: Bearer bad", "Content-Length: 1000"));
    await client.waitFor(/ 401 /);
    await clock.advance(1_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    await client.closed();
    expect(clock.pending).toBe(0);
  });

  it.each([
    ["401", "Authorization: Bearer bad", "Content-Length: 104857600"],
    ["413", TOKEN, "Content-Length: 104857600"],
    ["413", TOKEN, "Transfer-Encoding: chunked"],
  ])(
    "answers %s to a body of 100 MB without a connection reset and without buffering it",
    async (status, token, framing) => {
      const { port } = await serve();
      const client = connectRaw(port);
      const piece = Buffer.alloc(1024 * 1024, " ");
      const before = heldBytes();
      let held = 0;
      client.write(head(token, framing));
      for (let sent = 0; sent < 100 && !client.isClosed; sent++) {
        if (framing.startsWith("Transfer")) client.write("100000\r\n");
        client.socket.write(piece);
        if (framing.startsWith("Transfer")) client.write("\r\n");
        await until(() => client.socket.writableLength === 0 || client.isClosed);
        if (sent === 95) held = heldBytes() - before;
      }
      if (framing.startsWith("Transfer")) client.write("0\r\n\r\n");
      await client.closed();
      expect(client.received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(client.error).toBeUndefined();
      // The memory of a buffer is released some time after its collection.
      expect(held).toBeLessThan(64 * 1024 * 1024);
    },
  );

  it("refuses a body that arrives too slowly", async () => {
    const { port, clock, tones } = await serve();
    const client = connectRaw(port);
    client.write(head(TOKEN, "Transfer-Encoding: chunked"));
    await until(() => clock.pending === 1);
    for (let second = 0; second < 10; second++) {
      client.write("1\r\n \r\n");
      await clock.advance(1_000);
    }
    expect(await client.waitFor(/ 408 /)).toMatch(/ 408 .*connection: close/is);
    client.write("0\r\n\r\n");
    await client.closed();
    expect(tones).toEqual([]);
  });

  it("serves requests while 1,000 connections stop after their token", async () => {
    const { port, clock, tones, receiver, handled } = await serve();
    const idle: RawSocket[] = [];
    // By the hundred: the server's accept queue is limited, and connections beyond it may be lost.
    while (idle.length < 1_000) {
      idle.push(...Array.from({ length: 100 }, () => connectRaw(port)));
      for (const client of idle.slice(-100)) client.write(head(TOKEN, "Content-Length: 10"));
      await until(() => clock.pending === idle.length);
    }
    expect((await sendOverHttp(port, { body: BODY })).status).toBe(202);
    await receiver.drain();
    expect(tones).toEqual([1]);
    await clock.advance(10_000);
    await Promise.all(idle.map((client) => client.waitFor(/ 408 /)));
    await clock.advance(2_000);
    await Promise.all(idle.map((client) => client.closed()));
    await Promise.all(handled);
    expect(clock.pending).toBe(0);
  });

  it("survives a client that disconnects in the middle of its body", async () => {
    const { port, clock, handled, logger, errors } = await serve();
    const client = connectRaw(port);
    client.write(`${head(TOKEN, "Content-Length: 1000")}{`);
    await until(() => clock.pending === 1);
    client.socket.resetAndDestroy();
    await until(() => clock.pending === 0);
    await Promise.all(handled);
    expect(logger.lines.join()).toContain("bodyIncomplete");
    expect(errors).toEqual([]);
  });

  it("survives a client that disconnects while its token is verified", async () => {
    const gate = deferred<{ tenantId: string; claims: object }>();
    const slow = { verify: () => gate.promise as ReturnType<typeof verifier.verify> };
    const { port, handled, clock, tones } = await serve({ verifier: slow });
    const client = connectRaw(port);
    client.write(`${head(TOKEN, `Content-Length: ${BODY.length}`)}${BODY}`);
    await until(() => handled.length === 1);
    client.socket.resetAndDestroy();
    await client.closed();
    await new Promise((resolve) => setTimeout(resolve, 10));
    gate.resolve({ tenantId: TENANT, claims: {} });
    await Promise.all(handled);
    expect(clock.pending).toBe(0);
    expect(tones).toEqual([]);
  });

  it("runs the handlers if the sender did not wait for the answer", async () => {
    const kept = deferred<"new">();
    const received: string[] = [];
    const apply = async ({ kind }: { kind: string }) => {
      received.push(kind);
      return kept.promise;
    };
    const { port, handled, receiver } = await serve({ operations: { ...new FakeOperations(), apply } });
    const calls: unknown[] = [];
    receiver.on("call", ({ call }) => calls.push(call.state));
    const body = envelope(callEntry("established"));
    const client = connectRaw(port);
    client.write(`${head(TOKEN, `Content-Length: ${body.length}`)}${body}`);
    await until(() => received.length === 1);
    client.socket.resetAndDestroy();
    await client.closed();
    kept.resolve("new");
    await Promise.all(handled);
    await receiver.drain();
    expect(calls).toEqual(["established"]);
  });

  it("does not change an answer that was sent meanwhile", async () => {
    const responses: ServerResponse[] = [];
    const apply = async () => {
      responses[0]?.writeHead(504).end();
      return "new" as const;
    };
    const mount = (handler: NodeHandler) => async (request: IncomingMessage, response: ServerResponse) => {
      responses.push(response);
      return handler(request, response);
    };
    const { port, handled, receiver } = await serve({ operations: { ...new FakeOperations(), apply } }, mount);
    const calls: unknown[] = [];
    receiver.on("call", ({ call }) => calls.push(call.state));
    expect((await sendOverHttp(port, { body: envelope(callEntry("established")) })).status).toBe(504);
    await Promise.all(handled);
    await receiver.drain();
    expect(calls).toEqual(["established"]);
  });

  it("accepts a request with Expect: 100-continue", async () => {
    const { port } = await serve();
    const client = connectRaw(port);
    client.write(head(TOKEN, "Expect: 100-continue", `Content-Length: ${BODY.length}`));
    await client.waitFor(/100 Continue/);
    client.write(BODY);
    expect(await client.waitFor(/ 202 /)).toContain(" 202 ");
  });

  describe("behind a body parser", () => {
    const parsed =
      (make: (bytes: Buffer) => unknown) =>
      (handler: NodeHandler) =>
      async (...[request, response]: Parameters<NodeHandler>) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);
        return handler(Object.assign(request, { body: make(Buffer.concat(chunks)) }) as IncomingMessage, response);
      };

    it.each([
      ["an object", (bytes: Buffer) => JSON.parse(bytes.toString())],
      ["a text", (bytes: Buffer) => bytes.toString()],
      ["a Buffer", (bytes: Buffer) => bytes],
    ])("uses the parsed body: %s", async (_, make) => {
      const { port, tones, receiver } = await serve({}, parsed(make));
      expect((await sendOverHttp(port, { body: BODY })).status).toBe(202);
      expect((await sendOverHttp(port, { authorization: [], body: BODY })).status).toBe(401);
      await receiver.drain();
      expect(tones).toEqual([1]);
    });

    it.each([[(bytes: Buffer) => bytes.toString()], [(bytes: Buffer) => bytes]])(
      "applies the size limit",
      async (make) => {
        const { port } = await serve({ maxBodyBytes: BODY.length - 1 }, parsed(make));
        expect((await sendOverHttp(port, { body: BODY })).status).toBe(413);
      },
    );

    it("answers 400 if no parsed body is left, and reports the reason to onError", async () => {
      const { port, errors } = await serve(
        {},
        parsed(() => undefined),
      );
      expect((await sendOverHttp(port, { body: BODY })).status).toBe(400);
      expect(errors).toMatchObject([{ code: "body_already_read", message: expect.stringContaining("body parser") }]);
    });

    it("reads the body if the parser skipped it, whatever request.body is", async () => {
      const { port, tones, receiver } = await serve(
        {},
        (handler) => (request, response) => handler(Object.assign(request, { body: {} }), response),
      );
      expect((await sendOverHttp(port, { body: BODY })).status).toBe(202);
      await receiver.drain();
      expect(tones).toEqual([1]);
    });
  });
});
