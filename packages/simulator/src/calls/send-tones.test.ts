import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ReceivedNotification } from "../__fixtures__/recording-bot.ts";
import { createTestSetup, type TestSetup } from "../__fixtures__/test-setup.ts";

let setup: TestSetup;
beforeAll(async () => {
  setup = await createTestSetup();
});
afterAll(() => setup.close());

const completion = (operationId: string): Promise<ReceivedNotification> =>
  setup.bot.waitFor(({ resourceUrl }) => resourceUrl.endsWith(operationId));
const path = (callId: string, operationId: string): string =>
  `/v1.0/communications/calls/${callId}/operations/${operationId}`;

test("tones are received one by one, each at the end of its duration", async () => {
  const { client, clock, simulator } = setup;
  const callId = await setup.createEstablishedCall();
  const call = simulator.call(callId);
  await client.sendTones(callId, { tones: ["tone1", "tone2", "pound"], delayBetweenTonesMs: 400 });
  const heardAt: number[] = [];
  for (let ms = 0; ms <= 1200; ms += 100) {
    heardAt.push(call.heard.length);
    await clock.advance(100);
  }
  // 100 ms of the first tone, 400 ms of silence, 100 ms of the second tone, and so on.
  expect(heardAt).toEqual([0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3]);
});

test("changing the returned list of tones has no effect", async () => {
  const callId = await setup.createEstablishedCall();
  await setup.client.sendTones(callId, { tones: ["tone1"] });
  await setup.clock.advance(100);
  setup.simulator.call(callId).heard.push("flash");
  expect(setup.simulator.call(callId).heard).toEqual(["tone1"]);
});

test("two requests in one call are played one after the other, and complete in that order", async () => {
  const { client, clock, simulator, bot } = setup;
  const callId = await setup.createEstablishedCall();
  const first = await client.sendTones(callId, { tones: ["tone1", "tone2"], clientContext: "first" });
  const second = await client.sendTones(callId, { tones: ["tone3", "tone4"], clientContext: "second" });
  expect(second.body).toMatchObject({ status: "running", clientContext: "second" });
  await clock.advance(200);
  await completion(first.body.id);
  expect(simulator.call(callId).heard).toEqual(["tone1", "tone2"]);
  await clock.advance(199);
  expect(simulator.call(callId).heard).toEqual(["tone1", "tone2", "tone3"]);
  await clock.advance(1);
  await completion(second.body.id);
  expect(simulator.call(callId).heard).toEqual(["tone1", "tone2", "tone3", "tone4"]);
  expect(bot.summarize(callId).slice(2)).toEqual(["deleted completedSuccessfully", "deleted completedSuccessfully"]);
});

test("tones of two calls are played at the same time", async () => {
  const { client, clock, simulator, bot } = setup;
  const calls = [await setup.createEstablishedCall(), await setup.createEstablishedCall()] as const;
  await client.sendTones(calls[0], { tones: ["tone1", "tone2"] });
  await client.sendTones(calls[1], { tones: ["tone3", "tone4"] });
  await clock.advance(100);
  expect(calls.map((id) => simulator.call(id).heard)).toEqual([["tone1"], ["tone3"]]);
  await clock.advance(100);
  await simulator.settled();
  for (const callId of calls) expect(bot.summarize(callId).at(-1)).toBe("deleted completedSuccessfully");
});

describe("a fault can end an operation as", () => {
  test.each([
    ["mediaOperationCanceled", { status: "completed", completionReason: "mediaOperationCanceled" }],
    ["unknown", { status: "completed", completionReason: "unknown" }],
    ["failed", { status: "failed", completionReason: "unknown", resultInfo: { code: 500, subcode: 9999 } }],
  ] as const)("%s, after half of its tones", async (complete, end) => {
    const { client, clock, simulator } = setup;
    simulator.faults.next({ on: "sendDtmfTones", complete });
    const callId = await setup.createEstablishedCall();
    const { body } = await client.sendTones(callId, { tones: ["tone1", "tone2", "tone3"], clientContext: "half" });
    expect(body.status).toBe("running");
    await clock.advance(100);
    const notification = await completion(body.id);
    expect(notification).toMatchObject({
      changeType: "deleted",
      resourceData: {
        "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
        clientContext: "half",
        id: body.id,
        ...end,
      },
    });
    await clock.advance(1000);
    expect(simulator.call(callId).heard).toEqual(["tone1"]);
    expect((await client.request("GET", path(callId, body.id))).body).toEqual(notification.resourceData);
  });

  test("canceled before the end of its only tone", async () => {
    const { client, clock, simulator } = setup;
    simulator.faults.next({ on: "sendDtmfTones", complete: "mediaOperationCanceled" });
    const callId = await setup.createEstablishedCall();
    const { body } = await client.sendTones(callId, { tones: ["tone1"] });
    expect(body.status).toBe("running");
    await clock.advance(0);
    await completion(body.id);
    expect(simulator.call(callId).heard).toEqual([]);
  });

  test("never: all tones are received, and no notification follows", async () => {
    const { client, clock, simulator, bot } = setup;
    simulator.faults.next({ on: "sendDtmfTones", complete: "never" });
    const callId = await setup.createEstablishedCall();
    const { body } = await client.sendTones(callId, { tones: ["tone1", "tone2"] });
    const after = await client.sendTones(callId, { tones: ["tone3"] });
    await clock.advance(600_000);
    await completion(after.body.id);
    await simulator.settled();
    expect(simulator.call(callId).heard).toEqual(["tone1", "tone2", "tone3"]);
    expect(bot.summarize(callId)).toHaveLength(3);
    expect((await client.request("GET", path(callId, body.id))).body.status).toBe("running");
  });

  test("atOnce: the response is completed, and no notification follows", async () => {
    const { client, simulator, bot, clock } = setup;
    await client.authenticate();
    simulator.faults.next({ on: "sendDtmfTones", complete: "atOnce" });
    const callId = await setup.createEstablishedCall();
    const { body } = await client.sendTones(callId, { tones: ["tone1", "tone2"] });
    expect(body).toMatchObject({ status: "completed", completionReason: "completedSuccessfully" });
    expect(simulator.call(callId).heard).toEqual(["tone1", "tone2"]);
    await clock.advance(1000);
    await simulator.settled();
    expect(bot.summarize(callId)).toHaveLength(2);
  });
});

test("no tone is received after the one at which the far end hangs up, not even with atOnce", async () => {
  const otherSetup = await createTestSetup({ farEnd: { heard: (_, call) => call.hangUp() } });
  try {
    for (const complete of [undefined, "atOnce"] as const) {
      if (complete) otherSetup.simulator.faults.next({ on: "sendDtmfTones", complete });
      const callId = await otherSetup.createEstablishedCall();
      expect((await otherSetup.client.sendTones(callId, { tones: ["tone1", "tone2"] })).status).toBe(200);
      await otherSetup.clock.advance(1000);
      expect(otherSetup.simulator.call(callId).heard).toEqual(["tone1"]);
    }
  } finally {
    await otherSetup.close();
  }
});

describe("faults", () => {
  test("are applied once, in order, and only to accepted requests", async () => {
    const { client, clock, simulator, bot } = setup;
    const callId = await setup.createEstablishedCall();
    simulator.faults.next({ on: "sendDtmfTones", complete: "unknown" });
    simulator.faults.next({ on: "sendDtmfTones", complete: "mediaOperationCanceled" });
    expect((await client.sendTones(callId, { tones: [] })).status).toBe(400);
    for (const tone of ["tone1", "tone2", "tone3"]) await client.sendTones(callId, { tones: [tone] });
    await clock.advance(1000);
    await simulator.settled();
    expect(bot.summarize(callId).slice(2)).toEqual([
      "deleted unknown",
      "deleted mediaOperationCanceled",
      "deleted completedSuccessfully",
    ]);
  });

  test("can be removed", async () => {
    const { client, clock, simulator, bot } = setup;
    const callId = await setup.createEstablishedCall();
    simulator.faults.next({ on: "sendDtmfTones", complete: "never" });
    simulator.faults.clear();
    await client.sendTones(callId, { tones: ["tone1"] });
    await clock.advance(100);
    await simulator.settled();
    expect(bot.summarize(callId).at(-1)).toBe("deleted completedSuccessfully");
  });

  test("that are unknown are rejected", () => {
    const { faults } = setup.simulator;
    // @ts-expect-error there is no such ending
    expect(() => faults.next({ on: "sendDtmfTones", complete: "canceled" })).toThrow("no such fault");
    // @ts-expect-error there is no such action
    expect(() => faults.next({ on: "sendTones", complete: "never" })).toThrow("no such fault");
  });
});

describe("when a call ends", () => {
  test.each(["the bot", "the far end"])(
    "by %s, running and waiting operations end without a notification",
    async (who) => {
      const { client, clock, simulator, bot } = setup;
      const callId = await setup.createEstablishedCall();
      await client.sendTones(callId, { tones: ["tone1", "tone2", "tone3"], delayBetweenTonesMs: 1000 });
      await client.sendTones(callId, { tones: ["tone4"] });
      await clock.advance(150);
      if (who === "the bot") await client.request("DELETE", `/v1.0/communications/calls/${callId}`);
      else simulator.call(callId).hangUp({ code: 200, subcode: 560000, message: "The caller hung up." });
      await clock.advance(60_000);
      await simulator.settled();
      expect(simulator.call(callId)).toMatchObject({ state: "terminated", heard: ["tone1"] });
      expect(bot.summarize(callId).slice(2)).toEqual(
        who === "the bot" ? ["updated terminating", "deleted terminated"] : ["deleted terminated"],
      );
      const last = bot.received.findLast(({ resourceUrl }) => resourceUrl.includes(callId));
      expect(last?.resourceData.resultInfo).toMatchObject(
        who === "the bot"
          ? { code: 200, subcode: 7000 }
          : { code: 200, subcode: 560000, message: "The caller hung up." },
      );
    },
  );

  test("while it rings, it is never established", async () => {
    const { client, clock, simulator, bot } = setup;
    const callId = await client.createCall();
    simulator.call(callId).hangUp({ code: 480, subcode: 10037 });
    await clock.advance(10_000);
    await simulator.settled();
    expect(bot.summarize(callId)).toEqual(["updated establishing", "deleted terminated"]);
  });

  test("a second time, nothing happens", async () => {
    const { simulator, bot } = setup;
    const callId = await setup.createEstablishedCall();
    simulator.call(callId).hangUp();
    simulator.call(callId).hangUp();
    await simulator.settled();
    expect(bot.summarize(callId).slice(2)).toEqual(["deleted terminated"]);
  });
});
