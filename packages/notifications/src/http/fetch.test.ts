import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { toRequest } from "../__fixtures__/edges.ts";
import { envelope, toneEntry } from "../__fixtures__/envelopes.ts";
import { openReceiver } from "../__fixtures__/open-receiver.ts";
import { deferred, turn, until } from "../__fixtures__/ports.ts";

const BODY = envelope(toneEntry(1));

/** A request whose body is pulled from `next` until that gives nothing more. */
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

/** Reads a body as some frameworks do: to its end, and then lets the stream go. */
async function readAndRelease({ body }: Request): Promise<void> {
  const reader = body?.getReader();
  while (reader && !(await reader.read()).done);
  reader?.releaseLock();
}

describe("receiver.fetch", () => {
  it("needs no this, and no options", async () => {
    const { receiver } = await openReceiver();
    const { fetch } = receiver;
    expect((await fetch(toRequest({ body: BODY }))).status).toBe(202);
  });

  it("has the handlers run after the answer", async () => {
    const { receiver } = await openReceiver();
    const events: string[] = [];
    receiver.on("tone", () => events.push("handled"));
    await receiver.fetch(toRequest({ body: BODY }));
    events.push("answered");
    await receiver.drain();
    expect(events).toEqual(["answered", "handled"]);
  });

  it("has the handlers run in the async context of their own request, however many come at once", async () => {
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

  it("gives waitUntil what resolves when the handlers are done, and calls it as the platform's method", async () => {
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

  it("asks no platform to wait for nothing", async () => {
    const { receiver } = await openReceiver();
    const waitUntil = () => expect.unreachable();
    expect((await receiver.fetch(toRequest({ body: BODY }), { waitUntil })).status).toBe(202);
  });

  it("answers also where the platform's waitUntil is broken", async () => {
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
    ["was consumed and let go of", readAndRelease],
    ["is being read", (request: Request) => void request.body?.getReader()],
  ])("answers 400 to a request whose body %s, and tells onError why", async (_, read) => {
    const { receiver, errors } = await openReceiver();
    const request = toRequest({ body: BODY });
    await read(request);
    expect((await receiver.fetch(request)).status).toBe(400);
    expect(errors).toMatchObject([{ error: { code: "body_already_read", message: expect.stringContaining("clone") } }]);
  });

  describe("reads a body of declared length at once", () => {
    const declared = (length: number | string, body: ReadableStream | string): Request => {
      const headers = { authorization: "Bearer good", "content-length": String(length) };
      return new Request("http://127.0.0.1/", { method: "POST", headers, body, ...{ duplex: "half" } });
    };

    it("and takes it", async () => {
      const { receiver, record, clock } = await openReceiver();
      const seen = record();
      expect((await receiver.fetch(declared(BODY.length, BODY))).status).toBe(202);
      await receiver.drain();
      await clock.advance(250);
      expect([seen.length, clock.pending]).toEqual([1, 0]);
    });

    it("and refuses it where it is too large, whatever was declared", async () => {
      const { receiver } = await openReceiver({ maxBodyBytes: BODY.length - 1 });
      expect((await receiver.fetch(declared(BODY.length, BODY))).status).toBe(413);
      expect((await receiver.fetch(declared(1, BODY))).status).toBe(413);
    });

    it("and does not touch it where the declared length is no length", async () => {
      const { receiver } = await openReceiver();
      const request = declared("5e0", BODY);
      expect((await receiver.fetch(request)).status).toBe(413);
      expect(request.bodyUsed).toBe(false);
    });

    it("and gives it up after a while, or when it breaks off", async () => {
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

    it("unless somebody else has, or does", async () => {
      const { receiver, errors } = await openReceiver();
      const [consumed, locked] = [declared(BODY.length, BODY), declared(BODY.length, BODY)];
      await consumed.text();
      locked.body?.getReader();
      for (const request of [consumed, locked]) expect((await receiver.fetch(request)).status).toBe(400);
      expect(errors.map(({ error }) => (error as { code: string }).code)).toEqual(Array(2).fill("body_already_read"));
    });
  });

  it("touches no body of a sender that is not verified", async () => {
    const { receiver } = await openReceiver();
    const request = toRequest({ authorization: [], body: BODY });
    expect((await receiver.fetch(request)).status).toBe(401);
    expect(request.bodyUsed).toBe(false);
    expect(await request.text()).toBe(BODY);
  });

  it("reads a body without end up to the limit, answers, and then tells its source to stop", async () => {
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

  it("answers 400 to a body that breaks off, or is not made of bytes", async () => {
    const { receiver, clock } = await openReceiver();
    const breaks = () => {
      throw new Error("reset");
    };
    for (const next of [breaks, () => "text"]) expect((await receiver.fetch(streamed(next))).status).toBe(400);
    expect(clock.pending).toBe(0);
  });

  it("tells the source of a body that is too slow to stop, whether or not it listens", async () => {
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
