import { describe, expect, test, vi } from "vitest";
import { startBot } from "./__fixtures__/start-bot.ts";

const prompts = [{ uri: "https://bot.contoso.com/welcome.wav" }];

describe("waitFor", () => {
  test("resolves when the call is in that state or a later one", async () => {
    const { bot, advanceUntil } = await startBot();
    const call = await bot.createCall({ targets: [{ user: { id: "a-user" } }] });
    expect(call.status.state).toBe("establishing");
    expect(await advanceUntil(call.waitFor("established"))).toEqual({ state: "established" });
    expect(await call.waitFor("establishing")).toEqual({ state: "established" });
    expect(bot.call(call.id.toUpperCase())).toBe(call);
  });

  test("accepts notifications that arrive out of order", async () => {
    const { bot, advanceUntil, simulator } = await startBot();
    simulator.faults.next({ on: "notification", deliver: "reorder" });
    const states: unknown[] = [];
    bot.receiver.before("call", ({ call }) => states.push(call.state));
    const call = await bot.createCall({ targets: [{ user: { id: "a-user" } }] });
    await advanceUntil(call.waitFor("established"));
    await simulator.settled();
    expect(states).toEqual(["established", "establishing"]);
    expect(call.status).toEqual({ state: "established" });
  });

  test("rejects when the call ends first, with the reason as a sentence", async () => {
    const { bot, advanceUntil } = await startBot({ farEnd: { picksUp: "busy" } });
    const call = await bot.createCall({ targets: [{ user: { id: "a-user" } }] });
    const waiting = call.waitFor("established");
    await expect(advanceUntil(waiting)).rejects.toMatchObject({ code: "call_ended", resultInfo: { code: 486 } });
    await expect(waiting).rejects.toThrow(/the call is over: .*486/);
    await expect(call.waitFor("established")).rejects.toMatchObject({ code: "call_ended" });
  });

  test("gives an operator the reason why the call ended", async () => {
    const { establish, advanceUntil } = await startBot();
    const { call, farEnd } = await establish();
    const ended = call.waitFor("terminated");
    farEnd.hangUp({ code: 200, subcode: 4521 });
    expect(await advanceUntil(ended)).toMatchObject({
      state: "terminated",
      resultInfo: { code: 200, subcode: 4521 },
      reason: "The other party ended the one-to-one call.",
    });
    expect(call.status.reason).toBe("The other party ended the one-to-one call.");
  });

  test("ends at its timeout, by its signal, and when the bot closes", async () => {
    const { bot, clock } = await startBot();
    const call = bot.call("57dab8b1-894c-409a-b240-bd8beae78896");
    const late = call.waitFor("established", { timeoutMs: 5_000 });
    const lateByDefault = call.waitFor("established");
    const stop = new AbortController();
    const aborted = call.waitFor("established", { signal: stop.signal });
    const closed = call.waitFor("terminated");
    stop.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");
    const all = Promise.allSettled([late, lateByDefault, closed]);
    await clock.advance(120_000);
    await bot.close();
    expect((await all).map((one) => one.status === "rejected" && one.reason.code)).toEqual([
      "timed_out",
      "timed_out",
      "closed",
    ]);
    expect(clock.pending).toBe(0);
  });

  test("resolves when another instance received the end", async () => {
    const { bot } = await startBot();
    const id = "57dab8b1-894c-409a-b240-bd8beae78896";
    const waiting = bot.call(id).waitFor("established");
    const call = { id, state: "terminated", resultInfo: { code: 200, subcode: 5000 } } as const;
    await bot.operations.apply({ kind: "call", callId: id, changeType: "deleted", call, raw: {} });
    await expect(waiting).rejects.toThrow("The bot was removed from the conversation.");
  });
});

describe("an incoming call", () => {
  test("reaches the handler once and can be answered", async () => {
    const { bot, simulator, callbackUri, advanceUntil } = await startBot();
    const states: unknown[] = [];
    const established = new Promise((resolve) => {
      bot.on("incoming", async (call) => {
        states.push(call.status.state, call.tenantId);
        await call.answer();
        states.push((await call.waitFor("established")).state);
        resolve(undefined);
      });
    });
    simulator.faults.next({ on: "notification", deliver: "duplicate" });
    simulator.incoming({ callbackUri, from: { phone: { id: "+15550100" } } });
    await advanceUntil(established);
    expect(states).toEqual(["incoming", simulator.tenantId, "established"]);
  });

  test("can be rejected", async () => {
    const { bot, simulator, callbackUri, advanceUntil } = await startBot();
    const rejected = new Promise((resolve) => bot.on("incoming", (call) => resolve(call.reject({ reason: "busy" }))));
    const call = simulator.incoming({ callbackUri });
    await advanceUntil(rejected);
    expect(call.state).toBe("terminated");
  });

  test("is not answered after 15 s: Graph has dropped it", async () => {
    const { bot, simulator, callbackUri, clock } = await startBot();
    const incoming = new Promise<Awaited<ReturnType<typeof bot.createCall>>>((resolve) => bot.on("incoming", resolve));
    simulator.incoming({ callbackUri });
    const call = await incoming;
    simulator.faults.next({ on: "notification", deliver: "drop" });
    await clock.advance(15_000);
    await expect(call.answer()).rejects.toMatchObject({ code: "answer_too_late" });
    await expect(call.reject()).rejects.toMatchObject({ code: "answer_too_late" });
    expect(simulator.requests.filter(({ action }) => action === "answer" || action === "reject")).toEqual([]);
  });

  test("reports errors of a handler, and calls no handler that was removed", async () => {
    const { bot, simulator, callbackUri, eventually, errors } = await startBot();
    const stop = bot.on("incoming", () => Promise.reject(new Error("oops")));
    simulator.incoming({ callbackUri });
    await eventually(() => errors.length === 1);
    stop();
    const other = simulator.incoming({ callbackUri });
    await eventually(() => bot.call(other.id).status.state === "incoming");
    await bot.receiver.drain();
    expect(errors).toEqual([new Error("oops")]);
  });
});

describe("keepAlive", () => {
  test("sends every 15 minutes or a little earlier, reports failures, and stops with the call", async () => {
    const { establish, simulator, clock, eventually, errors } = await startBot();
    const { call, farEnd } = await establish();
    const sent = (): number => simulator.requests.filter(({ action }) => action === "keepAlive").length;
    const pending = clock.pending;
    /** Waits until the keepAlive request is answered: then the timer of the next one is pending. */
    const answered = (): Promise<void> => eventually(() => clock.pending === pending + 1);
    call.keepAlive();
    await clock.advance(13.4 * 60_000);
    expect([sent(), clock.pending]).toEqual([0, pending + 1]);
    await clock.advance(1.6 * 60_000);
    await answered();
    expect(sent()).toBe(1);
    simulator.faults.next({ on: "keepAlive", respond: { status: 403 } });
    await clock.advance(15 * 60_000);
    await answered();
    expect(errors).toMatchObject([{ code: "graph_request_failed", status: 403 }]);
    await clock.advance(15 * 60_000);
    await answered();
    expect([sent(), farEnd.state]).toEqual([3, "established"]);
    farEnd.hangUp();
    await eventually(() => call.status.state === "terminated" && clock.pending === 0);
  });

  test("stops at 404, which ends the call, and when the returned function is called", async () => {
    const { establish, simulator, clock, eventually, errors } = await startBot();
    const { call } = await establish();
    const pending = clock.pending;
    const stop = call.keepAlive();
    expect(clock.pending).toBe(pending + 1);
    stop();
    expect(clock.pending).toBe(pending);
    call.keepAlive();
    simulator.faults.next({ on: "keepAlive", respond: { status: 404 } });
    await clock.advance(15 * 60_000);
    await eventually(() => simulator.requests.some(({ status }) => status === 404));
    await clock.advance(30 * 60_000);
    expect(simulator.requests.filter(({ action }) => action === "keepAlive")).toHaveLength(1);
    expect(errors).toEqual([]);
  });
});

describe("keepAlive on one of many instances", () => {
  /** Runs all code that waits only for resolved promises. */
  const flushPromises = () => new Promise((resolve) => setImmediate(resolve));

  test("takes over a call of a stopped instance, and ends with the call", async () => {
    const { establish, bot, clock, eventually, leases, errors } = await startBot({ hasSharedLeases: true });
    const { call, farEnd } = await establish();
    const stoppedInstance = leases.instance();
    await stoppedInstance.take({ callId: call.id }, 20 * 60_000);
    const { mock } = vi.spyOn(bot.dtmf.calls, "keepAlive");
    for (let minute = 0; minute <= 90; minute++) {
      await clock.advance(60_000);
      await flushPromises();
      await eventually(() => mock.settledResults.every(({ type }) => type === "fulfilled"));
    }
    expect(mock.calls.every(([callId]) => callId === call.id)).toBe(true);
    expect([5, 6]).toContain(mock.calls.length);
    expect([farEnd.state, errors]).toEqual(["established", []]);
    expect(leases.callIds).toEqual([call.id]);
    farEnd.hangUp();
    await eventually(() => leases.callIds.length === 0);
  });

  test("takes the lease from another instance, and ends it by the latest stop function and at the end of the call", async () => {
    const { establish, eventually, leases } = await startBot({ hasSharedLeases: true });
    const { call, farEnd } = await establish();
    const other = leases.instance();
    const canRenew = () => other.renew({ callId: call.id }, 60_000);
    await other.take({ callId: call.id, tenantId: "another-tenant" }, 60_000);
    const stopFirst = call.keepAlive();
    const stop = call.keepAlive();
    await eventually(() => leases.callIds.length === 1);
    expect(await canRenew()).toBe(false);
    stopFirst();
    await flushPromises();
    expect(leases.callIds).toEqual([call.id]);
    stop();
    await eventually(() => leases.callIds.length === 0);
    expect(await canRenew()).toBe(false);
    await other.take({ callId: call.id }, 60_000);
    stop();
    await flushPromises();
    expect(await canRenew()).toBe(true);
    farEnd.hangUp();
    await eventually(() => leases.callIds.length === 0);
    expect(await canRenew()).toBe(false);
  });
});

describe("tones", () => {
  test("subscribes once, and gives every key to every reader", async () => {
    const { establish, simulator, advanceUntil, eventually } = await startBot();
    const { call, farEnd } = await establish();
    const [one, other] = [call.tones(), call.tones()];
    const subscriptions = () => simulator.requests.filter(({ action }) => action === "subscribeToTone");
    await eventually(() => subscriptions()[0]?.status !== undefined);
    farEnd.press("7");
    expect(await advanceUntil(one.next())).toMatchObject({ value: { tone: "tone7" } });
    expect(await other.next()).toMatchObject({ value: { tone: "tone7" } });
    expect(subscriptions()).toHaveLength(1);
    await one.return?.();
    expect((await one.next()).done).toBe(true);
  });

  test("rejects with Graph's refusal of the subscription, and subscribes again at the next call", async () => {
    const { establish, simulator } = await startBot();
    const { call } = await establish();
    simulator.faults.next({ on: "subscribeToTone", respond: { status: 403 } });
    await expect(call.tones().next()).rejects.toMatchObject({ status: 403 });
    const stop = new AbortController();
    const next = call.tones({ signal: stop.signal }).next();
    stop.abort("enough");
    await expect(next).rejects.toBe("enough");
  });
});

describe("operations stopped by cancelMediaProcessing", () => {
  test("have the outcome canceled for both results that Graph reports", async () => {
    const { establish, clock, advanceUntil } = await startBot();
    const { call } = await establish();
    const tones = await call.sendTones("1234567890", { delayBetweenTonesMs: 500 });
    const prompt = await call.playPrompt(prompts);
    await clock.advance(700);
    const cancel = await call.cancelMediaProcessing();
    expect(await advanceUntil(tones.completion())).toMatchObject({
      outcome: "canceled",
      operation: { status: "completed", completionReason: "mediaOperationCanceled" },
    });
    expect(await advanceUntil(prompt.completion())).toMatchObject({
      outcome: "canceled",
      operation: { status: "failed", resultInfo: { code: 400, subcode: 8508 } },
    });
    expect(await advanceUntil(cancel.completion())).toMatchObject({ outcome: "completed" });
  });
});

describe("hangUp", () => {
  test("ends the call, and resolves for a call that has ended", async () => {
    const { establish, advanceUntil } = await startBot();
    const { call } = await establish();
    await call.hangUp();
    expect(await advanceUntil(call.waitFor("terminated"))).toMatchObject({ reason: "The bot ended the call." });
    await call.hangUp();
  });
});
