import { describe, expect, it } from "vitest";
import { edges } from "../__fixtures__/edges.ts";
import { CALL, callEntry, OTHER_CALL, toneEntry, tonesEntry } from "../__fixtures__/envelopes.ts";
import { openReceiver } from "../__fixtures__/open-receiver.ts";
import { createLog, deferred, FakeOperations, TENANT, turn, until } from "../__fixtures__/ports.ts";
import { MAX_WAITING } from "../calls/handler-queue.ts";

describe.each(edges)("a notification behind $name", (edge) => {
  it("reaches the handlers of its kind, with the tenant of its token", async () => {
    const { receiver, deliver } = await openReceiver({}, edge);
    const received: unknown[] = [];
    receiver.on("tone", ({ callId, toneInfo, tenantId }) => void received.push([callId, toneInfo.tone, tenantId]));
    receiver.on("operation", ({ operationId, tenantId }) => void received.push([operationId, tenantId]));
    await deliver(toneEntry(1, { tone: "pound" }), tonesEntry("o-1"), callEntry("established"));
    await receiver.drain();
    expect(received).toEqual([
      [CALL, "pound", TENANT],
      ["o-1", TENANT],
    ]);
  });

  it("is handled whatever the other entries of its batch are", async () => {
    const { receiver, deliver, record } = await openReceiver({}, edge);
    const seen = record();
    expect((await deliver(toneEntry(1), null, { resourceUrl: 7 }, toneEntry(2))).status).toBe(202);
    await receiver.drain();
    expect(seen.map(({ kind }) => kind).sort()).toEqual(["tone", "tone", "unknown", "unknown"]);
  });

  it("is handled in order of arrival within a call, one at a time", async () => {
    const { receiver, deliver } = await openReceiver({}, edge);
    const gates = [deferred(), deferred(), deferred()];
    const events: string[] = [];
    receiver.on("tone", async ({ toneInfo: { sequenceId } }) => {
      events.push(`begin ${sequenceId}`);
      await gates[sequenceId - 1]?.promise;
      events.push(`end ${sequenceId}`);
    });
    await deliver(toneEntry(1), toneEntry(2));
    await deliver(toneEntry(3));
    for (const gate of gates.reverse()) gate.resolve();
    await receiver.drain();
    expect(events).toEqual(["begin 1", "end 1", "begin 2", "end 2", "begin 3", "end 3"]);
  });

  it("is handled in parallel to other calls: a handler that hangs delays only its own call", async () => {
    const { receiver, deliver } = await openReceiver({}, edge);
    const received: unknown[] = [];
    const forever = deferred();
    receiver.on("tone", ({ callId, toneInfo }) => {
      received.push([callId, toneInfo.sequenceId]);
      return callId === CALL ? forever.promise : undefined;
    });
    for (const sequenceId of [1, 2]) {
      expect((await deliver(toneEntry(sequenceId))).status).toBe(202);
      expect((await deliver(toneEntry(sequenceId, { callId: OTHER_CALL }))).status).toBe(202);
    }
    await until(() => received.length === 3);
    expect(received).toEqual([
      [CALL, 1],
      [OTHER_CALL, 1],
      [OTHER_CALL, 2],
    ]);
    forever.resolve();
    await receiver.drain();
    expect(received).toHaveLength(4);
  });

  it("reaches the next handler after one that throws, and the error goes to onError", async () => {
    const { receiver, deliver, errors } = await openReceiver({}, edge);
    const received: number[] = [];
    receiver.on("tone", () => {
      throw new Error("thrown");
    });
    receiver.on("tone", async () => {
      throw new Error("rejected");
    });
    receiver.on("tone", ({ toneInfo }) => void received.push(toneInfo.sequenceId));
    expect((await deliver(toneEntry(1), toneEntry(2))).status).toBe(202);
    await receiver.drain();
    expect(received).toEqual([1, 2]);
    expect(errors.map(({ error, notification }) => [(error as Error).message, notification?.callId])).toEqual(
      ["thrown", "rejected", "thrown", "rejected"].map((message) => [message, CALL]),
    );
  });

  it("is answered before it is handled", async () => {
    const { receiver, deliver } = await openReceiver({}, edge);
    const forever = deferred();
    receiver.on("tone", () => forever.promise);
    expect((await deliver(toneEntry(1))).status).toBe(202);
    forever.resolve();
  });

  it("keeps its order while a store is slow with an earlier one", async () => {
    const slow = deferred<"new">();
    const apply = async () => slow.promise;
    const { receiver, deliver, record, clock } = await openReceiver(
      { operations: { ...new FakeOperations(), apply } },
      edge,
    );
    const seen = record();
    const first = deliver(tonesEntry("o-1"));
    await until(() => clock.pending === 0);
    expect((await deliver(toneEntry(1))).status).toBe(202);
    expect(seen).toEqual([]);
    slow.resolve("new");
    expect((await first).status).toBe(202);
    await receiver.drain();
    expect(seen.map(({ kind }) => kind)).toEqual(["operation", "tone"]);
  });

  describe("with an unavailable store", () => {
    it("is answered with 503 and not handled, unlike the rest of its batch", async () => {
      const { receiver, operations, deliver, record, errors } = await openReceiver({}, edge);
      const seen = record();
      operations.takeDown();
      expect((await deliver(toneEntry(1), tonesEntry("o-1"), callEntry("established"))).status).toBe(503);
      await receiver.drain();
      expect(seen.map(({ kind }) => kind)).toEqual(["tone", "call"]);
      expect(errors).toMatchObject([{ error: { message: "store is down" }, notification: { operationId: "o-1" } }]);
    });

    it.each([{ flush: false }, { flush: true }])("is handled once when it is sent again: %o", async (back) => {
      const { receiver, operations, deliver, record } = await openReceiver({}, edge);
      const seen = record();
      const batch = [toneEntry(1), tonesEntry("o-1"), callEntry("terminated", { changeType: "deleted" })];
      operations.takeDown();
      await deliver(...batch);
      operations.bringBack(back);
      for (let time = 0; time < 2; time++) expect((await deliver(...batch)).status).toBe(202);
      await receiver.drain();
      expect(seen.map(({ kind }) => kind)).toEqual(["tone", "operation", "call"]);
    });

    it("does not stop the other entries if persisting throws synchronously", async () => {
      const received: string[] = [];
      const apply = (notification: { kind: string }) => {
        received.push(notification.kind);
        throw new Error("broken");
      };
      const { deliver } = await openReceiver({ operations: { ...new FakeOperations(), apply } }, edge);
      expect((await deliver(tonesEntry("o-1"), callEntry("established"))).status).toBe(503);
      expect(received).toEqual(["operation", "call"]);
    });
  });

  it("waits for its handlers in a bounded queue: the oldest of a call is dropped and reported to onError", async () => {
    const { receiver, deliver, errors } = await openReceiver({}, edge);
    const forever = deferred();
    const received: number[] = [];
    receiver.on("tone", ({ toneInfo }) => {
      received.push(toneInfo.sequenceId);
      return forever.promise;
    });
    await deliver(toneEntry(1));
    await deliver(...Array.from({ length: MAX_WAITING }, (_, index) => toneEntry(index + 2)));
    await turn();
    expect(errors).toEqual([]);
    for (const sequenceId of [MAX_WAITING + 2, MAX_WAITING + 3]) {
      await deliver(toneEntry(sequenceId));
      await turn();
    }
    expect(errors).toMatchObject(
      [2, 3].map((sequenceId) => ({
        error: { code: "notification_dropped", callId: CALL },
        notification: { toneInfo: { sequenceId } },
      })),
    );
    forever.resolve();
    await receiver.drain();
    expect(received).toEqual([1, ...Array.from({ length: MAX_WAITING }, (_, index) => index + 4)]);
  });

  it("may be part of a batch of any length within the body limit", async () => {
    const { receiver, deliver, record, errors } = await openReceiver({}, edge);
    const seen = record();
    await deliver(...Array.from({ length: 3_000 }, (_, index) => toneEntry(index + 1)));
    await receiver.drain();
    expect(seen).toHaveLength(3_000);
    expect(errors).toEqual([]);
  });

  it("is logged with ids, counts and codes, never with a tone", async () => {
    const logger = createLog();
    const operations = new FakeOperations();
    const { receiver, deliver, send } = await openReceiver({ logger, operations }, edge);
    receiver.on("tone", () => {
      throw new Error("pressed pound");
    });
    operations.takeDown();
    await deliver(toneEntry(1, { tone: "pound" }), tonesEntry("o-1"));
    await send({ body: "pound" });
    await receiver.drain();
    expect(logger.lines.join("\n")).toContain(`"received":2,"seen":0,"notStored":1`);
    expect(logger.lines.join("\n")).toContain(CALL);
    expect(logger.lines.join("\n")).not.toContain("pound");
  });
});
