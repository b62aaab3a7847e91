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
const ring = (): SimulatedCall => setup.simulator.incoming({ callbackUri: setup.bot.callbackUri });
const ask = (call: SimulatedCall, action: string, body: unknown): Promise<Reply> =>
  setup.client.request("POST", `/v1.0/communications/calls/${call.id}/${action}`, { body });

test("somebody calls, the bot answers, and tones go both ways", async () => {
  const { simulator, bot, clock, client } = setup;
  const call = simulator.incoming({ callbackUri: bot.callbackUri, from: { phone: { id: "+15550100" } } });
  const rung = await bot.waitFor(({ changeType }) => changeType === "created");
  expect(rung).toMatchObject({
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
  const answered = await ask(call, "answer", {
    callbackUri: other.callbackUri,
    mediaConfig,
    acceptedModalities: ["audio"],
  });
  expect(answered).toMatchObject({ status: 202, body: undefined });
  expect(answered.headers.get("content-type")).toMatch(/^text\/plain/);
  await clock.advance(100);
  await simulator.settled();
  // The answer names the callback for the rest of the call.
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

test("a call that is not answered within 15 s is lost, whatever the speed", async () => {
  const aside = await createTestSetup({ speed: 100 });
  try {
    const call = aside.simulator.incoming({ callbackUri: aside.bot.callbackUri });
    await aside.clock.advance(14_999);
    expect(call.state).toBe("incoming");
    await aside.clock.advance(1);
    expect(call.state).toBe("terminated");
    await aside.simulator.settled();
    expect(aside.bot.summarize(call.id)).toEqual(["created incoming", "deleted terminated"]);
  } finally {
    await aside.close();
  }
});

test("a call that was answered is not lost after 15 s", async () => {
  const call = ring();
  await ask(call, "answer", { callbackUri: setup.bot.callbackUri, mediaConfig });
  await setup.clock.advance(60_000);
  expect(call.state).toBe("established");
});

test("the bot can reject a call, and say where it wants to be told", async () => {
  const other = await RecordingBot.start();
  const call = ring();
  const rejected = await ask(call, "reject", { reason: "busy", callbackUri: other.callbackUri });
  expect(rejected).toMatchObject({ status: 202, body: undefined });
  await setup.simulator.settled();
  expect(other.summarize(call.id)).toEqual(["deleted terminated"]);
  expect(call.state).toBe("terminated");
  await other.close();
});

test.each([302, 307])("the bot can send a call elsewhere with %i", async (status) => {
  const other = await RecordingBot.start();
  setup.bot.status = status;
  setup.bot.location = other.callbackUri;
  try {
    const call = ring();
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

test("nothing but a new call follows a redirect", async () => {
  const call = ring();
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

describe("answer and reject are refused", () => {
  test.each<[string, string, Record<string, unknown>]>([
    ["without a callback", "answer", { mediaConfig }],
    ["with a callback in plain http elsewhere", "answer", { callbackUri: "http://bot.contoso.com", mediaConfig }],
    ["without media", "answer", { callbackUri: "https://bot.contoso.com" }],
    ["with another parameter", "answer", { callbackUri: "https://bot.contoso.com", mediaConfig, capacity: 1 }],
    [
      "with an unknown modality",
      "answer",
      { callbackUri: "https://bot.contoso.com", mediaConfig, acceptedModalities: ["x"] },
    ],
    ["for an unknown reason", "reject", { reason: "tired" }],
    ["with another parameter", "reject", { why: "busy" }],
    ["with an unfit callback", "reject", { reason: "busy", callbackUri: "ftp://bot.contoso.com" }],
  ])("%s: %s", async (_, action, body) => {
    const call = ring();
    const reply = await ask(call, action, body);
    expect(reply.status).toBe(400);
    expect(reply.body.error.code).toBe("BadRequest");
    expect(call.state).toBe("incoming");
  });

  test("once the call was answered", async () => {
    const call = ring();
    await ask(call, "answer", { callbackUri: setup.bot.callbackUri, mediaConfig });
    expect((await ask(call, "answer", { callbackUri: setup.bot.callbackUri, mediaConfig })).status).toBe(400);
    expect((await ask(call, "reject", { reason: "busy" })).status).toBe(400);
  });

  test("for a call that the bot makes itself", async () => {
    const callId = await setup.client.createCall();
    const call = setup.simulator.call(callId);
    expect((await ask(call, "answer", { callbackUri: setup.bot.callbackUri, mediaConfig })).status).toBe(400);
  });

  test("once it is over", async () => {
    const call = ring();
    call.hangUp();
    expect((await ask(call, "answer", { callbackUri: setup.bot.callbackUri, mediaConfig })).status).toBe(404);
  });
});

test("tones are neither sent nor pressed before the bot has answered", async () => {
  const call = ring();
  expect((await setup.client.sendTones(call.id, { tones: ["tone1"] })).status).toBe(400);
  expect(() => call.press("1")).toThrow(expect.objectContaining({ code: "invalid_request" }));
});

test("an incoming call needs a callback that Graph would take", () => {
  expect(() => setup.simulator.incoming({ callbackUri: "http://bot.contoso.com" })).toThrow(
    expect.objectContaining({ code: "invalid_request" }),
  );
});
