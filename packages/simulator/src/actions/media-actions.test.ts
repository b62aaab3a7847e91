import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Reply } from "../__fixtures__/fetch-client.ts";
import { createTestSetup, type TestSetup } from "../__fixtures__/test-setup.ts";

let setup: TestSetup;
beforeAll(async () => {
  setup = await createTestSetup();
});
afterAll(() => setup.close());

const ask = (callId: string, action: string, body: unknown): Promise<Reply> =>
  setup.client.request("POST", `/v1.0/communications/calls/${callId}/${action}`, { body });
const prompt = { "@odata.type": "#microsoft.graph.mediaPrompt", mediaInfo: { uri: "https://bot.example/hello.wav" } };

async function appHostedCall(): Promise<string> {
  const callId = await setup.client.createCall({
    mediaConfig: { "@odata.type": "#microsoft.graph.appHostedMediaConfig", blob: "…" },
  });
  await setup.clock.advance(500);
  return callId;
}

describe("subscribeToTone", () => {
  const pressed = (callId: string): unknown[] =>
    setup.bot.received.flatMap(({ resourceUrl, resourceData }) =>
      resourceUrl.endsWith(callId) && resourceData.toneInfo ? [resourceData.toneInfo] : [],
    );
  const tone = (sequenceId: number, name: string): unknown => ({
    "@odata.type": "#microsoft.graph.toneInfo",
    sequenceId,
    tone: name,
  });

  test("completes at once, and later keys are reported one by one, numbered from 1", async () => {
    const { simulator, clock, bot } = setup;
    const callId = await setup.createEstablishedCall();
    simulator.call(callId).press("99");
    await clock.advance(200);
    const reply = await ask(callId, "subscribeToTone", { clientContext: "keys" });
    expect(reply.body).toEqual({
      "@odata.type": "#microsoft.graph.subscribeToToneOperation",
      status: "completed",
      clientContext: "keys",
      id: expect.any(String),
    });
    expect(reply.headers.get("location")).toContain(`/operations/${reply.body.id}`);
    simulator.call(callId).press("1 2#");
    simulator.call(callId).press("d");
    await clock.advance(399);
    await simulator.settled();
    expect(pressed(callId)).toEqual([tone(1, "tone1"), tone(2, "tone2"), tone(3, "pound")]);
    await clock.advance(1);
    await simulator.settled();
    expect(pressed(callId).at(-1)).toEqual(tone(4, "d"));
    // The subscription itself sends no notification. The call's id is only in the URL.
    const last = bot.received.at(-1);
    expect(last).toMatchObject({ changeType: "updated", resourceUrl: `/communications/calls/${callId}` });
    expect(Object.keys(last?.resourceData ?? {})).toEqual(["@odata.type", "state", "toneInfo"]);
    const read = await setup.client.request("GET", `/v1.0/communications/calls/${callId}`);
    expect(read.body).not.toHaveProperty("toneInfo");
  });

  test("restarts the numbering at 1 when called again", async () => {
    const { simulator, clock } = setup;
    const callId = await setup.createEstablishedCall();
    for (let times = 0; times < 2; times++) {
      await ask(callId, "subscribeToTone", {});
      simulator.call(callId).press("55");
      await clock.advance(200);
    }
    await simulator.settled();
    expect(pressed(callId)).toEqual([tone(1, "tone5"), tone(2, "tone5"), tone(1, "tone5"), tone(2, "tone5")]);
  });

  test("reports keys that are pressed while the bot's tones are played", async () => {
    const { simulator, client, clock } = setup;
    const callId = await setup.createEstablishedCall();
    await ask(callId, "subscribeToTone", {});
    await client.sendTones(callId, { tones: ["tone1", "tone2"] });
    simulator.call(callId).press("3");
    await clock.advance(100);
    await simulator.settled();
    expect(simulator.call(callId).heard).toEqual(["tone1"]);
    expect(pressed(callId)).toEqual([tone(1, "tone3")]);
  });

  test("drops pending keys when the call ends", async () => {
    const { simulator, clock } = setup;
    const callId = await setup.createEstablishedCall();
    await ask(callId, "subscribeToTone", {});
    simulator.call(callId).press("123");
    await clock.advance(100);
    simulator.call(callId).hangUp();
    await clock.advance(1000);
    await simulator.settled();
    expect(pressed(callId)).toEqual([tone(1, "tone1")]);
    expect(() => simulator.call(callId).press("4")).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });

  test("is rejected with app-hosted media, as developers report", async () => {
    const reply = await ask(await appHostedCall(), "subscribeToTone", {});
    expect(reply.status).toBe(500);
    expect(reply.body.error).toMatchObject({ code: "9999", message: "Encountered Exception during ToneSubscription." });
  });

  test("requires the permission to access media", async () => {
    const aside = await createTestSetup({ roles: ["Calls.Initiate.All"] });
    try {
      const callId = await aside.createEstablishedCall();
      const path = `/v1.0/communications/calls/${callId}/subscribeToTone`;
      const reply = await aside.client.request("POST", path, { body: {} });
      expect(reply).toMatchObject({ status: 403, body: { error: { code: "7504" } } });
      expect((await aside.client.sendTones(callId, { tones: ["tone1"] })).status).toBe(200);
    } finally {
      await aside.close();
    }
  });

  test("lets press() reject invalid keys", async () => {
    const callId = await setup.createEstablishedCall();
    expect(() => setup.simulator.call(callId).press("1x")).toThrow(expect.objectContaining({ code: "invalid_tones" }));
  });
});

describe("playPrompt", () => {
  test("is queued after earlier media of the call, and completes", async () => {
    const { client, clock, simulator, bot } = setup;
    const callId = await setup.createEstablishedCall();
    const first = await ask(callId, "playPrompt", { prompts: [prompt, prompt], clientContext: "hello" });
    expect(first.body).toEqual({
      "@odata.type": "#microsoft.graph.playPromptOperation",
      status: "running",
      clientContext: "hello",
      id: expect.any(String),
    });
    await client.sendTones(callId, { tones: ["tone1"] });
    await clock.advance(1999);
    await simulator.settled();
    expect(bot.summarize(callId)).toHaveLength(2);
    await clock.advance(1);
    const done = await bot.waitFor(({ resourceUrl }) => resourceUrl.endsWith(first.body.id));
    expect(done).toMatchObject({
      changeType: "deleted",
      resourceData: { status: "completed", clientContext: "hello", resultInfo: { code: 200, subcode: 0 } },
    });
    await clock.advance(100);
    expect(simulator.call(callId).heard).toEqual(["tone1"]);
  });

  test.each<[string, unknown]>([
    ["without prompts", {}],
    ["with an empty list of prompts", { prompts: [] }],
    ["with more than twenty prompts", { prompts: Array.from({ length: 21 }, () => prompt) }],
    ["with a prompt without type", { prompts: [{ mediaInfo: prompt.mediaInfo }] }],
    ["with a prompt without mediaInfo", { prompts: [{ "@odata.type": "#microsoft.graph.mediaPrompt" }] }],
    ["with a mediaInfo without uri", { prompts: [{ ...prompt, mediaInfo: {} }] }],
    ["with loop, which only beta has", { prompts: [{ ...prompt, loop: 2 }] }],
    ["with an unknown parameter", { prompts: [prompt], tones: [] }],
  ])("is rejected %s", async (_, body) => {
    const callId = await setup.createEstablishedCall();
    expect(await ask(callId, "playPrompt", body)).toMatchObject({
      status: 400,
      body: { error: { code: "BadRequest" } },
    });
  });

  test("accepts loop in beta", async () => {
    const callId = await setup.createEstablishedCall();
    const body = { prompts: [{ ...prompt, loop: 2 }] };
    expect(
      (await setup.client.request("POST", `/beta/communications/calls/${callId}/playPrompt`, { body })).status,
    ).toBe(200);
  });

  test("is rejected with app-hosted media", async () => {
    expect((await ask(await appHostedCall(), "playPrompt", { prompts: [prompt] })).status).toBe(400);
  });
});

describe("cancelMediaProcessing", () => {
  test("cancels running and waiting operations, and notifies each in the form of its type", async () => {
    const { client, clock, simulator, bot } = setup;
    const callId = await setup.createEstablishedCall();
    await client.sendTones(callId, { tones: ["tone1", "tone2", "tone3"], clientContext: "plays" });
    await ask(callId, "playPrompt", { prompts: [prompt], clientContext: "waits" });
    await client.sendTones(callId, { tones: ["tone4"], clientContext: "waits too" });
    await clock.advance(150);
    const reply = await ask(callId, "cancelMediaProcessing", { clientContext: "stop" });
    expect(reply.body).toEqual({
      "@odata.type": "#microsoft.graph.cancelMediaProcessingOperation",
      status: "completed",
      clientContext: "stop",
      id: expect.any(String),
    });
    expect(reply.headers.get("location")).toContain(reply.body.id);
    await clock.advance(5000);
    await simulator.settled();
    expect(bot.received.filter(({ resourceUrl }) => resourceUrl.includes(`${callId}/operations/`))).toMatchObject([
      { resourceData: { clientContext: "plays", status: "completed", completionReason: "mediaOperationCanceled" } },
      { resourceData: { clientContext: "waits", status: "failed", resultInfo: { code: 400, subcode: 8508 } } },
      { resourceData: { clientContext: "waits too", status: "completed", completionReason: "mediaOperationCanceled" } },
    ]);
    expect(simulator.call(callId).heard).toEqual(["tone1"]);
    await client.sendTones(callId, { tones: ["tone5"] });
    await clock.advance(100);
    expect(simulator.call(callId).heard).toEqual(["tone1", "tone5"]);
  });

  test("has no effect without running media, and keeps the subscription to tones", async () => {
    const { clock, simulator, bot } = setup;
    const callId = await setup.createEstablishedCall();
    await ask(callId, "subscribeToTone", {});
    expect((await ask(callId, "cancelMediaProcessing", {})).status).toBe(200);
    simulator.call(callId).press("1");
    await clock.advance(100);
    await simulator.settled();
    expect(bot.summarize(callId)).toEqual(["updated establishing", "updated established", "updated established"]);
  });

  test("sends no notification of an operation with the fault never", async () => {
    const { client, clock, simulator, bot } = setup;
    const callId = await setup.createEstablishedCall();
    simulator.faults.next({ on: "sendDtmfTones", complete: "never" });
    await client.sendTones(callId, { tones: ["tone1"] });
    await ask(callId, "cancelMediaProcessing", {});
    await clock.advance(1000);
    await simulator.settled();
    expect(bot.summarize(callId)).toHaveLength(2);
  });
});

describe("keepAlive", () => {
  const path = (callId: string): string => `/v1.0/communications/calls/${callId}/keepAlive`;

  test("responds with a content type and an empty body", async () => {
    const reply = await setup.client.request("POST", path(await setup.createEstablishedCall()));
    expect(reply).toMatchObject({ status: 200, body: undefined });
    expect(reply.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(reply.headers.get("content-length")).toBe("0");
  });

  test("ends the call if it is missing for 45 minutes", async () => {
    const aside = await createTestSetup();
    try {
      const callId = await aside.createEstablishedCall();
      await aside.clock.advance(44 * 60_000);
      expect((await aside.client.request("POST", path(callId))).status).toBe(200);
      await aside.clock.advance(45 * 60_000 - 1);
      expect(aside.simulator.call(callId).state).toBe("established");
      await aside.clock.advance(1);
      expect(aside.simulator.call(callId).state).toBe("terminated");
      await aside.simulator.settled();
      expect(aside.bot.received.at(-1)?.resourceData.resultInfo).toMatchObject({ code: 408, subcode: 8537 });
      await aside.client.authenticate();
      expect(await aside.client.request("POST", path(callId))).toMatchObject({
        status: 404,
        body: { error: { code: "8522" } },
      });
    } finally {
      await aside.close();
    }
  });
});

test.each(["sendDtmfTones", "playPrompt", "subscribeToTone", "cancelMediaProcessing"])(
  "%s is rejected before the call is established, and with a clientContext that is not ASCII",
  async (action) => {
    const body = action === "sendDtmfTones" ? { tones: ["a"] } : action === "playPrompt" ? { prompts: [prompt] } : {};
    expect((await ask(await setup.client.createCall(), action, body)).status).toBe(400);
    const callId = await setup.createEstablishedCall();
    expect((await ask(callId, action, { ...body, clientContext: "é" })).status).toBe(400);
    expect((await ask(callId, `microsoft.graph.${action}`, body)).status).toBe(200);
  },
);
