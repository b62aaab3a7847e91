import { readFileSync } from "node:fs";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestSetup, type TestSetup } from "./__fixtures__/test-setup.ts";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const fixture = (name: string): string => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), "utf8");

let setup: TestSetup;
beforeAll(async () => {
  setup = await createTestSetup();
});
afterAll(() => setup.close());

test("responds and notifies byte for byte as documented", async () => {
  const { client, clock, bot, simulator } = setup;
  const callId = await setup.createEstablishedCall();
  // The request as in the documentation, including its white space.
  const request = fixture("documented-request.json");
  const path = `/v1.0/communications/calls/${callId}/microsoft.graph.sendDtmfTones`;
  const answer = await client.request("POST", path, { body: request });
  expect(answer.status).toBe(200);
  const { id } = answer.body;
  expect(id).toMatch(GUID);
  const operationUrl = `${simulator.url}/v1.0/communications/calls/${callId}/operations/${id}`;
  expect(answer.headers.get("location")).toBe(operationUrl);
  expect(JSON.stringify(answer.body, null, 2)).toBe(
    fixture("documented-response.json").replaceAll("{operationId}", id),
  );

  // Twelve tones of 100 ms with 1000 ms between them.
  await clock.advance(12_199);
  await simulator.settled();
  expect(bot.summarize(callId)).toEqual(["updated establishing", "updated established"]);
  expect(simulator.call(callId).heard).toHaveLength(11);
  await clock.advance(1);
  const completion = await bot.waitFor(({ resourceUrl }) => resourceUrl.endsWith(id));
  expect(JSON.stringify(JSON.parse(completion.text), null, 2)).toBe(
    fixture("documented-notification.json").replaceAll("{callId}", callId).replaceAll("{operationId}", id),
  );
  expect(simulator.call(callId).heard).toEqual(JSON.parse(request).tones);

  const operation = await client.request("GET", new URL(operationUrl).pathname);
  expect(operation.body).toEqual(completion.resourceData);
});

test("a created call has a Location and explicit nulls, is notified in order, and can be deleted", async () => {
  const { client, clock, bot, simulator } = setup;
  const created = await client.request("POST", "/v1.0/communications/calls", { body: client.createCallBody() });
  const call = created.body;
  expect(created.status).toBe(201);
  expect(created.headers.get("location")).toBe(`${simulator.url}/v1.0/communications/calls/${call.id}`);
  expect(call).toMatchObject({
    "@odata.context": `${simulator.url}/v1.0/$metadata#communications/calls/$entity`,
    state: "establishing",
    direction: "outgoing",
    callbackUri: bot.callbackUri,
    tenantId: simulator.tenantId,
    toneInfo: null,
    resultInfo: null,
    mediaState: null,
  });
  expect(call.id).toMatch(GUID);
  expect(call.source.identity.application.id).toBe(simulator.appId);
  await clock.advance(499);
  expect(simulator.call(call.id).state).toBe("establishing");
  await clock.advance(1);
  expect(simulator.call(call.id).state).toBe("established");
  const read = await client.request("GET", `/v1.0/communications/calls/${call.id}`);
  expect(read.body).toMatchObject({ id: call.id, state: "established", mediaState: { audio: "active" } });
  expect(read.body).not.toHaveProperty("toneInfo");

  const deleted = await client.request("DELETE", `/v1.0/communications/calls/${call.id}`);
  expect(deleted).toMatchObject({ status: 204, body: undefined });
  await simulator.settled();
  expect(bot.summarize(call.id)).toEqual([
    "updated establishing",
    "updated established",
    "updated terminating",
    "deleted terminated",
  ]);
  const last = await bot.waitFor(
    ({ changeType, resourceUrl }) => changeType === "deleted" && resourceUrl.endsWith(call.id),
  );
  expect(last.resourceData.resultInfo).toMatchObject({ code: 200, subcode: 7000 });
  expect(simulator.call(call.id).state).toBe("terminated");
});

test("a notification has Graph's headers and a token that jose verifies with the published keys", async () => {
  const { bot, simulator, clock, client } = setup;
  const headers = { "Scenario-Id": "75dfa437-baf0-4272-b536-7cc78fe4d6d0" };
  const body = client.createCallBody({ callChainId: "d8217646-3110-40b1-bae6-e9ac6c3a9f74" });
  const created = await client.request("POST", "/v1.0/communications/calls", { body, headers });
  const { headers: sent } = await bot.waitFor(({ resourceUrl }) => resourceUrl.endsWith(created.body.id));
  expect(sent).toMatchObject({
    "content-type": "application/json; charset=utf-8",
    accept: "application/json",
    "user-agent": "Microsoft-Skype/3.0,(Calling/1.0)",
    "scenario-id": "75dfa437-baf0-4272-b536-7cc78fe4d6d0",
    "x-microsoft-skype-chain-id": "d8217646-3110-40b1-bae6-e9ac6c3a9f74",
  });
  expect(sent["x-microsoft-skype-message-id"]).toMatch(GUID);

  const token = String(sent.authorization).replace("Bearer ", "");
  const { body: configuration } = await client.request("GET", new URL(simulator.openIdConfigurationUrl).pathname);
  const keys = createRemoteJWKSet(new URL(configuration.jwks_uri));
  const { payload } = await jwtVerify(token, keys, {
    algorithms: ["RS256"],
    issuer: configuration.issuer,
    audience: simulator.appId,
    currentDate: new Date(clock.now()),
  });
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: "RS256", typ: "JWT", cty: "JWT" });
  const nowSec = Math.floor(clock.now() / 1000);
  expect(payload).toEqual({
    iss: "https://api.botframework.com",
    aud: simulator.appId,
    tid: simulator.tenantId,
    appid: "26a18ebc-cdf7-4a6a-91cb-beb352805e81",
    nbf: nowSec,
    exp: nowSec + 300,
  });
});

test.each([
  ["v1.0", "communications", "sendDtmfTones"],
  ["v1.0", "communications", "microsoft.graph.sendDtmfTones"],
  ["beta", "communications", "microsoft.graph.sendDtmfTones"],
  ["v1.0", "app", "sendDtmfTones"],
  ["beta", "app", "microsoft.graph.sendDtmfTones"],
])("the whole exchange works at /%s/%s with %s", async (version, root, action) => {
  const { client, clock, bot, simulator } = setup;
  const calls = `/${version}/${root}/calls`;
  const { body: call } = await client.request("POST", calls, { body: client.createCallBody() });
  await clock.advance(500);
  const answer = await client.request("POST", `${calls}/${call.id}/${action}`, { body: { tones: ["a", "flash"] } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("location")).toBe(`${simulator.url}${calls}/${call.id}/operations/${answer.body.id}`);
  // The request has no clientContext.
  expect(answer.body).not.toHaveProperty("clientContext");
  await clock.advance(200);
  const completion = await bot.waitFor(({ resourceUrl }) => resourceUrl.endsWith(answer.body.id));
  expect(completion.resourceUrl).toBe(`/communications/calls/${call.id}/operations/${answer.body.id}`);
  expect(simulator.call(call.id).heard).toEqual(["a", "flash"]);
  expect((await client.request("DELETE", `${calls}/${call.id}`)).status).toBe(204);
});

test("finds ids in any spelling, and paths in any letter case", async () => {
  const { client } = setup;
  const callId = await setup.createEstablishedCall();
  const dashless = callId.replaceAll("-", "").toUpperCase();
  const answer = await client.request("POST", `/V1.0/Communications/Calls/${dashless}/SendDtmfTones`, {
    body: { tones: ["star"] },
  });
  expect(answer.status).toBe(200);
  expect(
    (await client.request("GET", `/v1.0/communications/calls/${dashless}/operations/${answer.body.id.toUpperCase()}`))
      .status,
  ).toBe(200);
});

test("a response echoes the request id of the client, and has one of its own", async () => {
  const { client } = setup;
  const path = "/v1.0/communications/calls";
  const own = await client.request("POST", path, {
    body: client.createCallBody(),
    headers: { "client-request-id": "mine-1", "scenario-id": "scenario-1" },
  });
  expect(own.headers.get("request-id")).toMatch(GUID);
  expect(own.headers.get("client-request-id")).toBe("mine-1");
  expect(own.headers.get("scenario-id")).toBe("scenario-1");
  const none = await client.request("POST", path, { body: client.createCallBody() });
  expect(none.headers.get("client-request-id")).toBe(none.headers.get("request-id"));
  expect(none.headers.get("scenario-id")).toBeNull();
});

test("the notifications of a meeting call contain the meeting", async () => {
  const { client, bot } = setup;
  const meetingInfo = { "@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo", joinMeetingId: "1", passcode: "p" };
  const { body } = await client.request("POST", "/v1.0/communications/calls", {
    body: client.createCallBody({ targets: [], meetingInfo }),
  });
  expect(body).toMatchObject({ targets: [], meetingInfo, chatInfo: null });
  const notification = await bot.waitFor(({ resourceUrl }) => resourceUrl.endsWith(body.id));
  expect(notification.resourceData).toMatchObject({ state: "establishing", meetingInfo });
});

test("records requests with their status and without their body", async () => {
  const { client, simulator, clock } = setup;
  const callId = await setup.createEstablishedCall();
  await simulator.settled();
  const before = simulator.requests.length;
  await client.sendTones(callId, { tones: ["tone4", "tone7"], clientContext: "pin-47" });
  await client.request("GET", `/v1.0/communications/calls/${callId}?tones=tone4`);
  expect(simulator.requests.slice(before)).toEqual([
    {
      method: "POST",
      path: `/v1.0/communications/calls/${callId}/sendDtmfTones`,
      action: "sendDtmfTones",
      callId,
      status: 200,
      at: clock.now(),
    },
    {
      method: "GET",
      path: `/v1.0/communications/calls/${callId}`,
      action: "getCall",
      callId,
      status: 200,
      at: clock.now(),
    },
  ]);
});
