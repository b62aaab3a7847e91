import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { toRequest } from "../__fixtures__/edges.ts";
import { envelope, toneEntry } from "../__fixtures__/envelopes.ts";
import { openReceiver } from "../__fixtures__/open-receiver.ts";
import { deferred, turn, until } from "../__fixtures__/ports.ts";

const BODY = envelope(toneEntry(1));

/** A request whose body is pulled from `next` until it returns nothing. */
function streamed(next: () => unknown, cancelled: () => void = () => {}): Request {
  const body = new ReadableStream({
    pull(controller) {
      const chunk = next();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel: cancelled,
  });
  const headers = { authorization: "Bearer good" };
  return new Request("http://127.0.0.1/", { method: "POST", headers, body, ...{ duplex: "half" } });
}

/** Reads a body to its end and releases the reader, as some frameworks do. */
async function readAndRelease({ body }: Request): Promise<void> {
  const reader = body?.getReader();
  while (reader && !(await reader.read()).done);
  reader?.releaseLock();
}

describe("receiver.fetch", () => {
  it("works without this and without options", async () => {
    const { receiver } = await openReceiver();
    const { fetch } = receiver;
    expect((await fetch(toRequest({ body: BODY }))).status).toBe(202);
  });

  it("runs the handlers after the answer", async () => {
    const { receiver } = await openReceiver();
    const events: string[] = [];
    receiver.on("tone", () => events.push("handled"));
    await receiver.fetch(toRequest({ body: BODY }));
    events.push("answered");
    await receiver.drain();
    expect(events).toEqual(["answered", "handled"]);
  });

  it("runs the handlers in the async context of their request, also with concurrent requests", async () => {
    const { receiver } = await openReceiver();
    const contexts = new AsyncLocalStorage<string>();
    const met: unknown[] = [];
    receiver.on("tone", ({ callId }) => met.push([callId, contexts.getStore()]));
    const calls = Array.from({ length: 5 }, () => randomUUID());
    const post = (callId: string) => toRequest({ body: envelope(toneEntry(1, { callId })) });
    await Promise.all(calls.map((callId) => contexts.run(callId, () => receiver.fetch(post(callId)))));
    await receiver.drain();
    expect(met).toEqual(calls.map((callId) => [callId, callId]));
  });

  it("passes waitUntil a promise of the handlers, and calls it as a method of the platform", async () => {
    const { receiver } = await openReceiver();
    const gate = deferred();
    receiver.on("tone", () => gate.promise);
    const platform = {
      promises: [] as Promise<unknown>[],
      waitUntil(promise: Promise<unknown>) {
        this.promises.push(promise);
      },
    };
    await receiver.fetch(toRequest({ body: BODY }), platform);
    let isDone = false;
    const done = platform.promises[0]?.then(() => {
      isDone = true;
    });
    await turn();
    expect(isDone).toBe(false);
    gate.resolve();
    await done;
    expect(platform.promises).toHaveLength(1);
  });

  it("does not call waitUntil without handlers", async () => {
    const { receiver } = await openReceiver();
    const waitUntil = () => expect.unreachable();
    expect((await receiver.fetch(toRequest({ body: BODY }), { waitUntil })).status).toBe(202);
  });

  it("answers if waitUntil of the platform throws", async () => {
    const { receiver, errors, record } = await openReceiver();
    const seen = record();
    const waitUntil = () => {
      throw new TypeError("Illegal invocation");
    };
    expect((await receiver.fetch(toRequest({ body: BODY }), { waitUntil })).status).toBe(202);
    await receiver.drain();
    expect(seen).toHaveLength(1);
    expect(errors).toMatchObject([{ error: { message: "Illegal invocation" } }]);
  });

  it.each([
    ["was consumed", (request: Request) => request.text()],
    ["was consumed and released", readAndRelease],
    ["is being read", (request: Request) => void request.body?.getReader()],
  ])("answers 400 to a request whose body %s, and reports the reason to onError", async (_, read) => {
    const { receiver, errors } = await openReceiver();
    const request = toRequest({ body: BODY });
    await read(request);
    expect((await receiver.fetch(request)).status).toBe(400);
    expect(errors).toMatchObject([{ error: { code: "body_already_read", message: expect.stringContaining("clone") } }]);
  });

  describe("with a Content-Length", () => {
    const declared = (length: number | string, body: ReadableStream | string): Request => {
      const headers = { authorization: "Bearer good", "content-length": String(length) };
      return new Request("http://127.0.0.1/", { method: "POST", headers, body, ...{ duplex: "half" } });
    };

    it("reads the body as text", async () => {
      const { receiver, record, clock } = await openReceiver();
      const seen = record();
      expect((await receiver.fetch(declared(BODY.length, BODY))).status).toBe(202);
      await receiver.drain();
      await clock.advance(250);
      expect([seen.length, clock.pending]).toEqual([1, 0]);
    });

    it("refuses a body that is larger than declared", async () => {
      const { receiver } = await openReceiver({ maxBodyBytes: BODY.length - 1 });
      expect((await receiver.fetch(declared(BODY.length, BODY))).status).toBe(413);
      expect((await receiver.fetch(declared(1, BODY))).status).toBe(413);
    });

    it("does not read the body if the Content-Length is invalid", async () => {
      const { receiver } = await openReceiver();
      const request = declared("5e0", BODY);
      expect((await receiver.fetch(request)).status).toBe(413);
      expect(request.bodyUsed).toBe(false);
    });

    it("stops reading after the timeout, and when the body breaks off", async () => {
      const { receiver, clock, errors } = await openReceiver();
      const answer = receiver.fetch(declared(9, new ReadableStream()));
      await until(() => clock.pending === 1);
      await clock.advance(10_000);
      expect((await answer).status).toBe(408);
      const broken = new ReadableStream({ pull: () => Promise.reject(new Error("reset")) });
      expect((await receiver.fetch(declared(9, broken))).status).toBe(400);
      await clock.advance(250);
      expect([errors, clock.pending]).toEqual([[], 0]);
    });

    it("refuses a body that is read or locked by other code", async () => {
      const { receiver, errors } = await openReceiver();
      const [consumed, locked] = [declared(BODY.length, BODY), declared(BODY.length, BODY)];
      await consumed.text();
      locked.body?.getReader();
      for (const request of [consumed, locked]) expect((await receiver.fetch(request)).status).toBe(400);
      expect(errors.map(({ error }) => (error as { code: string }).code)).toEqual(Array(2).fill("body_already_read"));
    });
  });

  it("does not read the body of a sender that is not verified", async () => {
    const { receiver } = await openReceiver();
    const request = toRequest({ authorization: [], body: BODY });
    expect((await receiver.fetch(request)).status).toBe(401);
    expect(request.bodyUsed).toBe(false);
    expect(await request.text()).toBe(BODY);
  });

  it("reads an endless body up to the limit, answers, and then cancels its stream", async () => {
    const { receiver, clock } = await openReceiver();
    const events: string[] = [];
    let pulled = 0;
    const request = streamed(
      () => {
        pulled++;
        return new Uint8Array(65_536);
      },
      () => events.push("cancelled"),
    );
    const { status } = await receiver.fetch(request);
    events.push(`answered ${status}`);
    await until(() => events.length === 2);
    expect(events).toEqual(["answered 413", "cancelled"]);
    expect(pulled).toBeLessThan(20);
    expect(clock.pending).toBe(0);
  });

  it("answers 400 to a body that breaks off, and to one that is not bytes", async () => {
    const { receiver, clock } = await openReceiver();
    const breaks = () => {
      throw new Error("reset");
    };
    for (const next of [breaks, () => "text"]) expect((await receiver.fetch(streamed(next))).status).toBe(400);
    expect(clock.pending).toBe(0);
  });

  it("cancels the stream of a body that is too slow, also if the stream ignores it", async () => {
    const { receiver, clock } = await openReceiver();
    const cancelled = deferred();
    const body = new ReadableStream({ cancel: () => cancelled.resolve() });
    const headers = { authorization: "Bearer good" };
    const request = new Request("http://127.0.0.1/", { method: "POST", headers, body, ...{ duplex: "half" } });
    const answer = receiver.fetch(request);
    await until(() => clock.pending === 1);
    await clock.advance(10_000);
    expect((await answer).status).toBe(408);
    await cancelled.promise;
  });
});
