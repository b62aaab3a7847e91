import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Reply } from "./__fixtures__/fetch-client.ts";
import { RecordingBot } from "./__fixtures__/recording-bot.ts";
import { createTestSetup, type TestSetup } from "./__fixtures__/test-setup.ts";
import type { SimulatedCall } from "./index.ts";

let setup: TestSetup;
beforeAll(async () => {
  setup = await createTestSetup();
});
beforeEach(async () => {
  await setup.simulator.reset();
  setup.bot.received.length = 0;
});
afterAll(() => setup.close());

const mediaConfig = { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" };
const startIncoming = (): SimulatedCall => setup.simulator.incoming({ callbackUri: setup.bot.callbackUri });
const act = (call: SimulatedCall, action: string, body: unknown): Promise<Reply> =>
  setup.client.request("POST", `/v1.0/communications/calls/${call.id}/${action}`, { body });

test("tones go both ways in an incoming call that the bot answers", async () => {
  const { simulator, bot, clock, client } = setup;
  const call = simulator.incoming({ callbackUri: bot.callbackUri, from: { phone: { id: "+15550100" } } });
  const notification = await bot.waitFor(({ changeType }) => changeType === "created");
  expect(notification).toMatchObject({
    resourceUrl: `/communications/calls/${call.id}`,
    resourceData: {
      "@odata.type": "#microsoft.graph.call",
      id: call.id,
      state: "incoming",
      direction: "incoming",
      tenantId: simulator.tenantId,
      source: { identity: { phone: { id: "+15550100" } } },
      targets: [{ identity: { application: { id: simulator.appId } } }],
    },
  });
  const other = await RecordingBot.start();
  const answered = await act(call, "answer", {
    callbackUri: other.callbackUri,
    mediaConfig,
    acceptedModalities: ["audio"],
  });
  expect(answered).toMatchObject({ status: 202, body: undefined });
  expect(answered.headers.get("content-type")).toMatch(/^text\/plain/);
  await clock.advance(100);
  await simulator.settled();
  // The body of answer names the callback for the rest of the call.
  expect(bot.summarize(call.id)).toEqual(["created incoming"]);
  expect(other.summarize(call.id)).toEqual(["updated establishing", "updated established"]);
  const read = await client.request("GET", `/v1.0/communications/calls/${call.id}`);
  expect(read.body).toMatchObject({
    direction: "incoming",
    state: "established",
    callbackUri: other.callbackUri,
    mediaConfig,
  });
  await client.sendTones(call.id, { tones: ["tone5"] });
  await clock.advance(100);
  expect(call.heard).toEqual(["tone5"]);
  await simulator.settled();
  await other.close();
});

test("an incoming call ends if it is not answered within 15 s, whatever the speed", async () => {
  const otherSetup = await createTestSetup({ speed: 100 });
  try {
    const call = otherSetup.simulator.incoming({ callbackUri: otherSetup.bot.callbackUri });
    await otherSetup.clock.advance(14_999);
    expect(call.state).toBe("incoming");
    await otherSetup.clock.advance(1);
    expect(call.state).toBe("terminated");
    await otherSetup.simulator.settled();
    expect(otherSetup.bot.summarize(call.id)).toEqual(["created incoming", "deleted terminated"]);
  } finally {
    await otherSetup.close();
  }
});

test("an answered call does not end after 15 s", async () => {
  const call = startIncoming();
  await act(call, "answer", { callbackUri: setup.bot.callbackUri, mediaConfig });
  await setup.clock.advance(60_000);
  expect(call.state).toBe("established");
});

test("the bot can reject a call and name another callback for its end", async () => {
  const other = await RecordingBot.start();
  const call = startIncoming();
  const rejected = await act(call, "reject", { reason: "busy", callbackUri: other.callbackUri });
  expect(rejected).toMatchObject({ status: 202, body: undefined });
  await setup.simulator.settled();
  expect(other.summarize(call.id)).toEqual(["deleted terminated"]);
  expect(call.state).toBe("terminated");
  await other.close();
});

test.each([302, 307])("the bot can redirect an incoming call with %i", async (status) => {
  const other = await RecordingBot.start();
  setup.bot.status = status;
  setup.bot.location = other.callbackUri;
  try {
    const call = startIncoming();
    await setup.simulator.settled();
    expect(other.summarize(call.id)).toEqual(["created incoming"]);
    setup.bot.status = 202;
    await setup.clock.advance(15_000);
    await setup.simulator.settled();
    expect(other.summarize(call.id)).toEqual(["created incoming", "deleted terminated"]);
    expect(setup.simulator.undelivered).toEqual([]);
  } finally {
    setup.bot.status = 202;
    setup.bot.location = undefined;
    await other.close();
  }
});

test("only the notification of an incoming call can be redirected", async () => {
  const call = startIncoming();
  await setup.simulator.settled();
  setup.bot.status = 302;
  setup.bot.location = "http://127.0.0.1:9/";
  try {
    call.hangUp();
    await setup.simulator.settled();
    expect(setup.simulator.undelivered).toMatchObject([{ changeType: "deleted", reason: "answered 302" }]);
  } finally {
    setup.bot.status = 202;
    setup.bot.location = undefined;
  }
});

describe("rejects answer and reject", () => {
  test.each<[string, string, Record<string, unknown>]>([
    ["without a callback", "answer", { mediaConfig }],
    ["with an http callback that is not loopback", "answer", { callbackUri: "http://bot.contoso.com", mediaConfig }],
    ["without mediaConfig", "answer", { callbackUri: "https://bot.contoso.com" }],
    ["with an unknown parameter", "answer", { callbackUri: "https://bot.contoso.com", mediaConfig, capacity: 1 }],
    [
      "with an unknown modality",
      "answer",
      { callbackUri: "https://bot.contoso.com", mediaConfig, acceptedModalities: ["x"] },
    ],
    ["with an unknown reason", "reject", { reason: "tired" }],
    ["with an unknown parameter", "reject", { why: "busy" }],
    ["with an invalid callback", "reject", { reason: "busy", callbackUri: "ftp://bot.contoso.com" }],
  ])("%s: %s", async (_, action, body) => {
    const call = startIncoming();
    const reply = await act(call, action, body);
    expect(reply.status).toBe(400);
    expect(reply.body.error.code).toBe("BadRequest");
    expect(call.state).toBe("incoming");
  });

  test("after the call was answered", async () => {
    const call = startIncoming();
    await act(call, "answer", { callbackUri: setup.bot.callbackUri, mediaConfig });
    expect((await act(call, "answer", { callbackUri: setup.bot.callbackUri, mediaConfig })).status).toBe(400);
    expect((await act(call, "reject", { reason: "busy" })).status).toBe(400);
  });

  test("for an outgoing call", async () => {
    const callId = await setup.client.createCall();
    const call = setup.simulator.call(callId);
    expect((await act(call, "answer", { callbackUri: setup.bot.callbackUri, mediaConfig })).status).toBe(400);
  });

  test("after the call has ended", async () => {
    const call = startIncoming();
    call.hangUp();
    expect((await act(call, "answer", { callbackUri: setup.bot.callbackUri, mediaConfig })).status).toBe(404);
  });
});

test("no tones can be sent or pressed before the bot has answered", async () => {
  const call = startIncoming();
  expect((await setup.client.sendTones(call.id, { tones: ["tone1"] })).status).toBe(400);
  expect(() => call.press("1")).toThrow(expect.objectContaining({ code: "invalid_request" }));
});

test("incoming() requires a callback that Graph would accept", () => {
  expect(() => setup.simulator.incoming({ callbackUri: "http://bot.contoso.com" })).toThrow(
    expect.objectContaining({ code: "invalid_request" }),
  );
});
