import { request } from "node:http";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Reply } from "./__fixtures__/fetch-client.ts";
import { createTestSetup, type TestSetup } from "./__fixtures__/test-setup.ts";
import { GRAPH_ACTIONS, type GraphAction } from "./http/route.ts";
import type { Fault } from "./index.ts";

let setup: TestSetup;
beforeAll(async () => {
  setup = await createTestSetup();
});
afterEach(() => setup.simulator.faults.clear());
afterAll(() => setup.close());

const sendTo = (callId: string): ReturnType<TestSetup["client"]["sendTones"]> =>
  setup.client.sendTones(callId, { tones: ["tone1"] });

/** Returns the number of tones that the far end has received when all due tones have ended. */
async function countTones(callId: string): Promise<number> {
  await setup.clock.advance(1000);
  return setup.simulator.call(callId).heard.length;
}

test.each([
  [429, "2.128", "TooManyRequests"],
  [503, "Wed, 21 Oct 2026 07:28:00 GMT", "serviceNotAvailable"],
  [500, undefined, "InternalServerError"],
  [404, undefined, "UnknownError"],
])("a request can get %i with Retry-After %s without being executed", async (status, retryAfter, code) => {
  const callId = await setup.createEstablishedCall();
  setup.simulator.faults.next({
    on: "sendDtmfTones",
    respond: { status, ...(retryAfter !== undefined && { retryAfter }) },
  });
  const reply = await sendTo(callId);
  expect(reply.status).toBe(status);
  expect(reply.headers.get("retry-after")).toBe(retryAfter ?? null);
  expect(reply.headers.get("request-id")).toBe(reply.body.error.innerError["request-id"]);
  expect(reply.body.error.code).toBe(code);
  expect(await countTones(callId)).toBe(0);
  // The fault applies once.
  expect((await sendTo(callId)).status).toBe(200);
  expect(await countTones(callId)).toBe(1);
});

test("a request can get 504 after it was executed", async () => {
  const callId = await setup.createEstablishedCall();
  setup.simulator.faults.next({ on: "sendDtmfTones", respond: { status: 504 }, executed: true });
  expect((await sendTo(callId)).status).toBe(504);
  expect(await countTones(callId)).toBe(1);
  await setup.simulator.settled();
  expect(setup.bot.summarize(callId).at(-1)).toBe("deleted completedSuccessfully");
});

test.each([
  ["JSON", { error: { code: "9999", message: "{}" } }, "application/json; charset=utf-8"],
  ["HTML", "<html>Bad gateway</html>", "text/html; charset=utf-8"],
  ["an array", [], "application/json; charset=utf-8"],
])("a response can have %s as its body", async (_, body, type) => {
  const callId = await setup.createEstablishedCall();
  setup.simulator.faults.next({ on: "sendDtmfTones", respond: { status: 200, body } });
  const response = await fetch(`${setup.simulator.url}/v1.0/communications/calls/${callId}/sendDtmfTones`, {
    method: "POST",
    headers: { Authorization: `Bearer ${setup.client.token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ tones: ["tone1"] }),
  });
  expect(response.headers.get("content-type")).toBe(type);
  expect(await response.text()).toBe(typeof body === "string" ? body : JSON.stringify(body));
});

test("a response can have no body", async () => {
  const callId = await setup.createEstablishedCall();
  setup.simulator.faults.next({ on: "sendDtmfTones", respond: { status: 204 } });
  expect(await sendTo(callId)).toMatchObject({ status: 204, body: undefined });
});

test("the token endpoint fails in the format of its own errors", async () => {
  setup.simulator.faults.next({ on: "token", respond: { status: 503, retryAfter: 1 } });
  const reply = await setup.client.requestToken();
  expect(reply.status).toBe(503);
  expect(reply.body).toMatchObject({ error: "temporarily_unavailable", error_codes: [90033] });
});

test("a connection can be reset before the request is executed", async () => {
  const callId = await setup.createEstablishedCall();
  setup.simulator.faults.next({ on: "sendDtmfTones", drop: "beforeExecuting" });
  await expect(sendTo(callId)).rejects.toThrow(
    expect.objectContaining({ cause: expect.objectContaining({ code: "ECONNRESET" }) }),
  );
  expect(await countTones(callId)).toBe(0);
  expect(setup.simulator.requests.at(-1)).toMatchObject({ action: "sendDtmfTones", callId });
  expect(setup.simulator.requests.at(-1)).not.toHaveProperty("status");
});

test("a connection can be reset after the request was executed", async () => {
  const callId = await setup.createEstablishedCall();
  setup.simulator.faults.next({ on: "sendDtmfTones", drop: "afterExecuting" });
  await expect(sendTo(callId)).rejects.toThrow();
  expect(await countTones(callId)).toBe(1);
  await setup.simulator.settled();
  expect(setup.bot.summarize(callId).at(-1)).toBe("deleted completedSuccessfully");
});

test("a connection can be reset in the middle of the response", async () => {
  const callId = await setup.createEstablishedCall();
  setup.simulator.faults.next({ on: "sendDtmfTones", drop: "midResponse" });
  const url = `${setup.simulator.url}/v1.0/communications/calls/${callId}/sendDtmfTones`;
  const body = JSON.stringify({ tones: ["tone1"] });
  const headers = { Authorization: `Bearer ${setup.client.token}`, "Content-Type": "application/json" };
  const seen = await new Promise<{ status: number | undefined; promised: number; got: number; failed: string }>(
    (resolve, reject) => {
      const clientRequest = request(url, { method: "POST", headers, agent: false }, (response) => {
        let got = 0;
        response.on("data", (chunk: Buffer) => {
          got += chunk.length;
        });
        response.on("error", (error: NodeJS.ErrnoException) =>
          resolve({
            status: response.statusCode,
            promised: Number(response.headers["content-length"]),
            got,
            failed: String(error.code),
          }),
        );
      });
      clientRequest.on("error", reject);
      clientRequest.end(body);
    },
  );
  expect(seen).toMatchObject({ status: 200, failed: "ECONNRESET" });
  expect(seen.got).toBeGreaterThan(0);
  expect(seen.got).toBeLessThan(seen.promised);
  expect(await countTones(callId)).toBe(1);
});

test("the connection is reset if a response that is to be cut has no body", async () => {
  const callId = await setup.createEstablishedCall();
  setup.simulator.faults.next({ on: "keepAlive", drop: "midResponse" });
  await expect(setup.client.request("POST", `/v1.0/communications/calls/${callId}/keepAlive`)).rejects.toThrow();
  setup.simulator.faults.next({ on: "deleteCall", drop: "midResponse" });
  await expect(setup.client.request("DELETE", `/v1.0/communications/calls/${callId}`)).rejects.toThrow();
  expect(setup.simulator.call(callId).state).toBe("terminated");
});

test("a response can be late, after the notifications of its request", async () => {
  const callId = await setup.createEstablishedCall();
  setup.simulator.faults.next({ on: "sendDtmfTones", delayMs: 60_000 });
  const answer = sendTo(callId);
  let isAnswered = false;
  void answer.then(() => {
    isAnswered = true;
  });
  // Only the pending timer of the clock shows that the request has arrived.
  const before = setup.clock.pending;
  while (setup.clock.pending < before + 2) await new Promise((resolve) => setImmediate(resolve));
  await setup.clock.advance(100);
  const completion = await setup.bot.waitFor(({ resourceUrl }) => resourceUrl.includes(`${callId}/operations/`));
  expect(isAnswered).toBe(false);
  await setup.clock.advance(59_900);
  expect((await answer).body.id).toBe(completion.resourceData.id);
});

test("a response that cannot be written resets only its connection", async () => {
  setup.simulator.faults.next({ on: "token", respond: { status: 200, body: 1n } });
  await expect(setup.client.requestToken()).rejects.toThrow();
  expect((await setup.client.requestToken()).status).toBe(200);
});

/** Method and path of each action in a call. */
const REQUESTS: Record<GraphAction, [method: string, path: string]> = {
  createCall: ["POST", ""],
  getCall: ["GET", "/id"],
  deleteCall: ["DELETE", "/id"],
  keepAlive: ["POST", "/id/keepAlive"],
  answer: ["POST", "/id/answer"],
  reject: ["POST", "/id/reject"],
  sendDtmfTones: ["POST", "/id/sendDtmfTones"],
  playPrompt: ["POST", "/id/playPrompt"],
  subscribeToTone: ["POST", "/id/subscribeToTone"],
  cancelMediaProcessing: ["POST", "/id/cancelMediaProcessing"],
  getOperation: ["GET", "/id/operations/x"],
};

test.each([...GRAPH_ACTIONS, "token"] as const)("%s takes its own faults only", async (action) => {
  const { simulator, client } = setup;
  const [method, path] = action === "token" ? [] : REQUESTS[action];
  const sendRequest = (): Promise<Reply> =>
    method === undefined
      ? client.requestToken()
      : client.request(method, `/v1.0/communications/calls${path}`, method === "POST" ? { body: {} } : {});
  simulator.faults.next({ on: action, respond: { status: 418 } });
  simulator.faults.next({ on: action, drop: "beforeExecuting" });
  simulator.faults.next({ on: action === "token" ? "createCall" : "token", respond: { status: 599 } });
  expect((await sendRequest()).status).toBe(418);
  expect(simulator.requests.at(-1)).toMatchObject({ action, status: 418 });
  await expect(sendRequest()).rejects.toThrow();
  // Without a fault the request is executed or rejected as usual.
  expect((await sendRequest()).status).not.toBe(418);
});

test("faults stay pending until their action is requested", async () => {
  const callId = await setup.createEstablishedCall();
  setup.simulator.faults.next({ on: "createCall", respond: { status: 500 } });
  setup.simulator.faults.next({ on: "getOperation", respond: { status: 501 } });
  expect((await sendTo(callId)).status).toBe(200);
  expect((await setup.client.request("GET", `/v1.0/communications/calls/${callId}/operations/x`)).status).toBe(501);
  const created = await setup.client.request("POST", "/v1.0/communications/calls", {
    body: setup.client.createCallBody(),
  });
  expect(created.status).toBe(500);
});

test("faults of one action are applied in order, one to each request", async () => {
  const callId = await setup.createEstablishedCall();
  const faults: Fault[] = [
    { on: "sendDtmfTones", complete: "unknown" },
    { on: "sendDtmfTones", respond: { status: 503 } },
    { on: "sendDtmfTones", respond: { status: 429 } },
  ];
  for (const fault of faults) setup.simulator.faults.next(fault);
  const statuses = [await sendTo(callId), await sendTo(callId), await sendTo(callId), await sendTo(callId)];
  expect(statuses.map(({ status }) => status)).toEqual([200, 503, 429, 200]);
  await setup.clock.advance(1000);
  await setup.simulator.settled();
  expect(setup.bot.summarize(callId).slice(2)).toEqual(["deleted unknown", "deleted completedSuccessfully"]);
});

test("a fault is copied when it is added", async () => {
  const callId = await setup.createEstablishedCall();
  const respond = { status: 503 };
  setup.simulator.faults.next({ on: "sendDtmfTones", respond });
  respond.status = 200;
  expect((await sendTo(callId)).status).toBe(503);
});

test.each<[string, unknown]>([
  ["no value", undefined],
  ["no object", "respond"],
  ["no effect", { on: "token" }],
  ["an unknown action", { on: "dial", respond: { status: 500 } }],
  ["an invalid status", { on: "token", respond: { status: 99 } }],
  ["no status", { on: "token", respond: {} }],
  ["a header of two lines", { on: "token", respond: { status: 500, retryAfter: "1\r\nX: y" } }],
  ["a misspelled property", { on: "token", respond: { status: 500, retryafter: 1 } }],
  ["an unknown drop", { on: "token", drop: "always" }],
  ["a negative delay", { on: "token", delayMs: -1 }],
  ["two effects", { on: "token", delayMs: 1, drop: "beforeExecuting" }],
  ["an ending of another action", { on: "createCall", complete: "never" }],
  ["a delivery on a request", { on: "sendDtmfTones", deliver: "drop" }],
  ["an unknown delivery", { on: "notification", deliver: "lose" }],
  ["an unknown token fault", { on: "notification", token: "stolen" }],
  ["an unknown spelling", { on: "notification", spell: "upperCase" }],
])("rejects a fault with %s at once", (_, fault) => {
  expect(() => setup.simulator.faults.next(fault as Fault)).toThrow(
    expect.objectContaining({ code: "invalid_request", message: expect.stringMatching(/^no such fault: /) }),
  );
});
