import { request } from "node:http";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Reply } from "../__fixtures__/fetch-client.ts";
import { createTestSetup, type TestSetup } from "../__fixtures__/test-setup.ts";
import type { Fault } from "../index.ts";

let setup: TestSetup;
beforeAll(async () => {
  setup = await createTestSetup();
});
beforeEach(() => setup.simulator.reset());
afterAll(() => setup.close());

const control = (method: string, path: string, body?: unknown): Promise<Reply> =>
  setup.client.request(method, `/_simulator${path}`, { body, headers: { Authorization: "" } });

test("GET /_simulator returns the settings of a bot", async () => {
  const { url, tokenUrl, openIdConfigurationUrl, appId, tenantId, clientSecret } = setup.simulator;
  expect(await control("GET", "")).toMatchObject({
    status: 200,
    body: { url, tokenUrl, openIdConfigurationUrl, appId, tenantId, clientSecret },
  });
});

test("GET /_simulator returns URLs with the host of the request", async () => {
  const { url } = setup.simulator;
  const answer = await new Promise<string>((resolve, reject) => {
    request(`${url}/_simulator`, { headers: { Host: "simulator.example:4000" } }, async (response) =>
      resolve((await response.setEncoding("utf8").toArray()).join("")),
    )
      .once("error", reject)
      .end();
  });
  expect(JSON.parse(answer)).toMatchObject({
    url: "http://simulator.example:4000",
    tokenUrl: setup.simulator.tokenUrl.replace(url, "http://simulator.example:4000"),
    openIdConfigurationUrl: "http://simulator.example:4000/v1/.well-known/OpenIdConfiguration",
  });
});

test("reads the tones of the far end, presses keys and hangs up", async () => {
  const { client, clock, simulator, bot } = setup;
  const callId = await setup.createEstablishedCall();
  await client.request("POST", `/v1.0/communications/calls/${callId}/subscribeToTone`, { body: {} });
  await client.sendTones(callId, { tones: ["tone1", "pound"] });
  expect((await control("POST", `/calls/${callId}/press`, { keys: "5" })).status).toBe(204);
  await clock.advance(200);
  expect((await control("GET", `/calls/${callId.toUpperCase()}`)).body).toMatchObject({
    id: callId,
    state: "established",
    heard: ["tone1", "pound"],
  });
  const resultInfo = { code: 200, subcode: 560000 };
  expect((await control("POST", `/calls/${callId}/hangUp`, { resultInfo })).status).toBe(204);
  await simulator.settled();
  expect(bot.received.some(({ resourceData }) => resourceData.toneInfo?.tone === "tone5")).toBe(true);
  expect(bot.received.at(-1)?.resourceData.resultInfo).toMatchObject(resultInfo);
});

test("hangUp accepts an empty body", async () => {
  const callId = await setup.createEstablishedCall();
  expect((await control("POST", `/calls/${callId}/hangUp`)).status).toBe(204);
  expect((await control("POST", `/calls/${callId}/hangUp`, { resultInfo: null })).status).toBe(204);
  expect(setup.simulator.call(callId).state).toBe("terminated");
});

test("adds and removes faults", async () => {
  const callId = await setup.createEstablishedCall();
  const fault = { on: "sendDtmfTones", respond: { status: 503, retryAfter: 1 } };
  expect((await control("POST", "/faults", fault)).status).toBe(204);
  expect((await setup.client.sendTones(callId, { tones: ["tone1"] })).status).toBe(503);
  await control("POST", "/faults", fault);
  expect((await control("DELETE", "/faults")).status).toBe(204);
  expect((await setup.client.sendTones(callId, { tones: ["tone1"] })).status).toBe(200);
});

test.each<Fault>([
  { on: "token", respond: { status: 500, retryAfter: 2, body: [] }, executed: true },
  { on: "createCall", drop: "midResponse" },
  { on: "keepAlive", delayMs: 5 },
  { on: "sendDtmfTones", complete: "atOnce" },
  { on: "notification", deliver: "batch" },
  { on: "notification", token: "expired" },
  { on: "notification", spell: "noSlash" },
])("accepts the fault %j", async (fault) => {
  expect(await control("POST", "/faults", fault)).toMatchObject({ status: 204 });
});

test("starts an incoming call", async () => {
  const { body } = await control("POST", "/incoming", {
    callbackUri: setup.bot.callbackUri,
    from: { phone: { id: "+15550100" } },
    farEnd: { start: "bye", states: { bye: { hangUp: true } } },
  });
  expect(body).toMatchObject({ state: "incoming", heard: [] });
  await setup.bot.waitFor(({ changeType, resourceUrl }) => changeType === "created" && resourceUrl.endsWith(body.id));
});

test("returns requests and undelivered notifications, and resets them", async () => {
  const { client, simulator, bot } = setup;
  bot.status = 500;
  await client.createCall();
  await simulator.settled();
  bot.status = 202;
  expect((await control("GET", "/requests")).body).toMatchObject([{ action: "createCall", status: 201 }]);
  expect((await control("GET", "/undelivered")).body).toMatchObject([{ reason: "answered 500" }]);
  expect((await control("POST", "/reset")).status).toBe(204);
  expect((await control("GET", "/requests")).body).toEqual([]);
});

test("signs tokens and rotates keys", async () => {
  const { body } = await control("POST", "/notificationToken", { claims: { aud: "another-app" } });
  expect(decodeJwt(body.token).aud).toBe("another-app");
  await control("POST", "/rotateKeys", { keepPrevious: false });
  const { body: published } = await setup.client.request("GET", "/v1/.well-known/keys");
  expect(published.keys).toHaveLength(1);
  await control("POST", "/rotateKeys");
  expect((await setup.client.request("GET", "/v1/.well-known/keys")).body.keys).toHaveLength(2);
});

test.each<[string, string, unknown, string]>([
  ["GET", "/nothing", undefined, "404 NotFound"],
  ["POST", "", {}, "404 NotFound"],
  ["GET", "/calls/unknown", undefined, "404 unknown_call"],
  ["POST", "/calls/unknown/press", { keys: "1" }, "404 unknown_call"],
  ["POST", "/calls/unknown/press", {}, "400 BadRequest"],
  ["POST", "/calls/unknown/press", { keys: "1", times: 2 }, "400 BadRequest"],
  ["POST", "/calls/unknown/hangUp", { resultInfo: { code: "200" } }, "400 BadRequest"],
  ["POST", "/faults", { on: "sendDtmfTones", complete: "badly" }, "400 invalid_request"],
  ["POST", "/faults", "{", "400 BadRequest"],
  ["POST", "/incoming", { callbackUri: "http://bot.contoso.com" }, "400 invalid_request"],
  ["POST", "/incoming", { callbackUri: "https://bot.contoso.com", farEnd: { states: {} } }, "400 invalid_request"],
])("%s /_simulator%s with %j gets %s", async (...args) => {
  const [method, path, body, expected] = args;
  const reply = await control(method, path, body);
  expect(`${reply.status} ${reply.body.error.code}`).toBe(expected);
});

test("rejects invalid keys without repeating them", async () => {
  const callId = await setup.createEstablishedCall();
  const reply = await control("POST", `/calls/${callId}/press`, { keys: "4711x" });
  expect(reply).toMatchObject({ status: 400, body: { error: { code: "invalid_tones" } } });
  expect(reply.body.error.message).not.toContain("4711");
});

test("does not record control requests", async () => {
  await control("GET", "/requests");
  await control("POST", "/calls/unknown/press", { keys: "1" });
  expect(setup.simulator.requests).toEqual([]);
});
