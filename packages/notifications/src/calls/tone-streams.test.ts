import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { CALL, callEntry, OTHER_CALL, toneEntry } from "../__fixtures__/envelopes.ts";
import { collectFrom, openTones } from "../__fixtures__/open-tones.ts";
import { turn } from "../__fixtures__/ports.ts";

describe("tones()", () => {
  it("yields the tones of its call in order, without duplicates", async () => {
    const { receiver, press, deliver } = await openTones();
    const tones = collectFrom(receiver.tones(CALL));
    await press(1, 2, 2, 1);
    await deliver(toneEntry(1, { callId: OTHER_CALL }));
    await press(4, 3);
    await turn();
    expect(tones.received).toEqual(
      [1, 2, 3, 4].map((sequenceId) => ({ sequenceId, tone: `tone${sequenceId}`, gapBefore: 0 })),
    );
  });

  it("buffers tones from the call of tones(), not from the first next()", async () => {
    const { receiver, press } = await openTones();
    const tones = receiver.tones(CALL);
    await press(1);
    expect(await tones.next()).toMatchObject({ value: { sequenceId: 1, gapBefore: 0 } });
  });

  it("starts a later stream with later tones, and counts no gap for earlier ones", async () => {
    const { receiver, press } = await openTones();
    await press(1, 2);
    const tones = collectFrom(receiver.tones(CALL));
    await press(3);
    await turn();
    expect(tones.text).toBe("3");
  });

  it("accepts call ids in any spelling", async () => {
    const { receiver, press } = await openTones();
    const tones = receiver.tones(CALL.toUpperCase().replaceAll("-", ""));
    await press(1);
    expect((await tones.next()).value?.sequenceId).toBe(1);
  });

  it("yields every tone to each stream of the call, also after one of them is closed", async () => {
    const { receiver, press } = await openTones();
    const [one, other, closed] = [receiver.tones(CALL), receiver.tones(CALL), receiver.tones(CALL)];
    await press(1);
    expect((await closed.next()).value?.sequenceId).toBe(1);
    await closed.return?.();
    await press(2);
    expect(await closed.next()).toEqual({ done: true, value: undefined });
    for (const tones of [one, other]) {
      expect((await tones.next()).value?.sequenceId).toBe(1);
      expect((await tones.next()).value?.sequenceId).toBe(2);
    }
  });

  it("yields tones before handlers run, so that a handler may await the next tone", async () => {
    const { receiver, press } = await openTones();
    const received: unknown[] = [];
    const tones = receiver.tones(CALL);
    receiver.on("tone", async () => {
      received.push((await tones.next()).value?.sequenceId, (await tones.next()).value?.sequenceId);
    });
    await press(1, 2);
    await turn();
    expect(received).toEqual([1, 2]);
  });

  describe("when tones are missing", () => {
    it("holds later tones for 500 ms, and then counts the missing ones", async () => {
      const { receiver, press, clock } = await openTones();
      const tones = collectFrom(receiver.tones(CALL));
      await press(1, 4);
      await clock.advance(400);
      await press(6);
      await clock.advance(99);
      expect(tones.text).toBe("1");
      await clock.advance(1);
      expect(tones.text).toBe("1 4+2");
      await press(5);
      await turn();
      expect(tones.text).toBe("1 4+2 5 6");
      expect(clock.pending).toBe(0);
    });

    it("uses the reorderWindowMs of the options", async () => {
      const { receiver, press, clock } = await openTones({ reorderWindowMs: 0 });
      const tones = collectFrom(receiver.tones(CALL));
      await press(3, 2, 5);
      await turn();
      expect(tones.text).toBe("3+2 5+1");
      expect(clock.pending).toBe(0);
      await expect(openTones({ reorderWindowMs: -1 })).rejects.toThrow("reorderWindowMs");
    });

    it("leaves no timer after the last stream, and yields nothing of it to the next", async () => {
      const { receiver, press, clock } = await openTones();
      const tones = receiver.tones(CALL);
      await press(2);
      expect(clock.pending).toBe(1);
      await tones.return?.();
      expect(clock.pending).toBe(0);
      const later = collectFrom(receiver.tones(CALL));
      await press(3);
      await turn();
      expect(later.text).toBe("3");
    });

    it("holds 64 tones at most", async () => {
      const { receiver, press } = await openTones();
      const tones = collectFrom(receiver.tones(CALL));
      for (let sequenceId = 2; sequenceId <= 65; sequenceId++) await press(sequenceId);
      expect(tones.received).toEqual([]);
      await press(66);
      await turn();
      expect(tones.received).toHaveLength(65);
      expect(tones.received[0]).toMatchObject({ sequenceId: 2, gapBefore: 1 });
    });
  });

  it("keeps 64 unread tones, and counts the oldest as lost", async () => {
    const { receiver, press } = await openTones();
    const idle = receiver.tones(CALL);
    const busy = collectFrom(receiver.tones(CALL));
    for (let sequenceId = 1; sequenceId <= 70; sequenceId++) await press(sequenceId);
    expect(busy.received).toHaveLength(70);
    expect(busy.received.every(({ gapBefore }) => gapBefore === 0)).toBe(true);
    expect(await idle.next()).toMatchObject({ value: { sequenceId: 7, gapBefore: 6 } });
    expect(await idle.next()).toMatchObject({ value: { sequenceId: 8, gapBefore: 0 } });
  });

  describe("restarts the sequence", () => {
    it("after an accepted subscribeToTone, and yields held tones first", async () => {
      const { receiver, press, subscribe, clock } = await openTones();
      const tones = collectFrom(receiver.tones(CALL));
      await press(1, 3);
      await clock.advance(100);
      const { answered } = subscribe();
      await clock.advance(100);
      answered();
      await press(1, 2);
      await turn();
      expect(tones.text).toBe("1 3+1 1 2");
    });

    it("for handlers, too", async () => {
      const { receiver, press, subscribe, clock } = await openTones();
      const handled: number[] = [];
      receiver.on("tone", ({ toneInfo }) => handled.push(toneInfo.sequenceId));
      await press(1);
      await clock.advance(100);
      subscribe().answered();
      await press(1);
      await turn();
      expect(handled).toEqual([1, 1]);
    });

    it("once, if a tone arrives before the response to the subscription", async () => {
      const { receiver, press, subscribe, clock } = await openTones();
      const tones = collectFrom(receiver.tones(CALL));
      await press(1);
      await clock.advance(20_000);
      const { answered } = subscribe();
      await clock.advance(100);
      await press(1);
      answered();
      await press(2);
      await turn();
      expect(tones.text).toBe("1 1 2");
    });

    it("if only a notification shows that the subscription was accepted", async () => {
      const { receiver, press, subscribe, deliver, clock } = await openTones();
      const tones = collectFrom(receiver.tones(CALL));
      await press(1);
      await clock.advance(100);
      const { pending } = subscribe();
      pending.deliveryUnknown();
      await deliver({
        changeType: "deleted",
        resourceUrl: `/communications/calls/${CALL}/operations/s`,
        resourceData: {
          "@odata.type": "#microsoft.graph.subscribeToToneOperation",
          clientContext: pending.clientContext,
          status: "completed",
        },
      });
      await press(1);
      await turn();
      expect(tones.text).toBe("1 1");
    });

    it("not after a subscription that failed or was abandoned", async () => {
      const { receiver, press, subscribe, clock } = await openTones();
      const tones = collectFrom(receiver.tones(CALL));
      await press(1, 2);
      await clock.advance(100);
      subscribe().pending.accepted({ id: "s", status: "failed" });
      subscribe().pending.abandon();
      await press(1, 3);
      await turn();
      expect(tones.text).toBe("1 2 3");
    });

    it("with a 1 more than 10 s after the last 1", async () => {
      const { receiver, press, clock } = await openTones();
      const tones = collectFrom(receiver.tones(CALL));
      await press(1, 2);
      await clock.advance(10_000);
      await press(1);
      await clock.advance(1);
      await press(1, 2);
      await turn();
      expect(tones.text).toBe("1 2 1 2");
    });
  });

  describe("is done", () => {
    it("when the call ends, after all held tones", async () => {
      const { receiver, press, endCall, clock } = await openTones();
      const tones = collectFrom(receiver.tones(CALL));
      await press(1, 3);
      await endCall();
      await tones.done;
      expect(tones.text).toBe("1 3+1");
      expect(clock.pending).toBe(0);
    });

    it("at once for a call that has ended", async () => {
      const { receiver, endCall } = await openTones();
      await endCall();
      expect(await receiver.tones(CALL).next()).toEqual({ done: true, value: undefined });
    });

    it("when the tracker is closed", async () => {
      const { receiver, operations } = await openTones();
      const tones = collectFrom(receiver.tones(CALL));
      await operations.close();
      await tones.done;
      expect((await receiver.tones(CALL).next()).done).toBe(true);
    });

    it("for every pending next()", async () => {
      const { receiver, endCall } = await openTones();
      const tones = receiver.tones(CALL);
      const waiting = [tones.next(), tones.next()];
      await endCall();
      expect(await Promise.all(waiting)).toEqual(Array(2).fill({ done: true, value: undefined }));
    });
  });

  describe("with a signal", () => {
    it("rejects with its reason, and is done then", async () => {
      const { receiver, press } = await openTones();
      const stop = new AbortController();
      const tones = receiver.tones(CALL, { signal: stop.signal });
      const waiting = tones.next();
      stop.abort("enough");
      await expect(waiting).rejects.toBe("enough");
      await press(1);
      expect((await tones.next()).done).toBe(true);
    });

    it("discards unread tones", async () => {
      const { receiver, press } = await openTones();
      const stop = new AbortController();
      const tones = receiver.tones(CALL, { signal: stop.signal });
      await press(1);
      stop.abort("enough");
      await expect(tones.next()).rejects.toBe("enough");
      expect((await tones.next()).done).toBe(true);
      await expect(receiver.tones(CALL, { signal: stop.signal }).next()).rejects.toBe("enough");
    });

    it("ends all streams of one signal, which has one listener for them", async () => {
      const { receiver } = await openTones();
      const stop = new AbortController();
      const streams = Array.from({ length: 20 }, () => receiver.tones(CALL, { signal: stop.signal }));
      expect(getEventListeners(stop.signal, "abort")).toHaveLength(1);
      const nexts = streams.map((tones) => tones.next());
      stop.abort("enough");
      for (const next of nexts) await expect(next).rejects.toBe("enough");
      expect(getEventListeners(stop.signal, "abort")).toEqual([]);
    });

    it("removes the listener when the call has ended", async () => {
      const { receiver, endCall } = await openTones();
      const stop = new AbortController();
      const tones = collectFrom(receiver.tones(CALL, { signal: stop.signal }));
      await endCall();
      await tones.done;
      expect(getEventListeners(stop.signal, "abort")).toEqual([]);
    });
  });

  it("rejects an empty call id", async () => {
    const { receiver } = await openTones();
    expect(() => receiver.tones("")).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });
});

describe("before()", () => {
  it("calls the listener before the notification is stored and before handlers run, also for repetitions", async () => {
    const { receiver, deliver } = await openTones();
    const calls: string[] = [];
    receiver.on("call", () => calls.push("handler"));
    const stop = receiver.before("call", ({ call }) => calls.push(String(call.state)));
    await deliver(callEntry("established"));
    await deliver(callEntry("established"));
    await turn();
    stop();
    await deliver(callEntry("hold"));
    await turn();
    expect(calls).toEqual(["established", "established", "handler", "handler"]);
  });

  it("reports errors and rejections of listeners to onError, but not in the response", async () => {
    const errors: unknown[] = [];
    const { receiver, deliver } = await openTones({ onError: (error) => errors.push(error) });
    receiver.before("call", () => {
      throw "thrown";
    });
    receiver.before("call", () => Promise.reject("rejected"));
    expect((await deliver(callEntry("established"))).status).toBe(202);
    expect(errors).toEqual(["thrown", "rejected"]);
  });
});
