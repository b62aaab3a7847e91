import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestSetup, type TestSetup } from "./__fixtures__/test-setup.ts";

// A bot gets an error response for a wrong request, and no request makes the simulator fail.

const log: string[] = [];
let setup: TestSetup;
let callId: string;
beforeAll(async () => {
  setup = await createTestSetup({ log: (line) => log.push(line) });
  callId = await setup.createEstablishedCall();
});
afterAll(() => setup.close());

const method = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE");
const segment = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("v1.0", "beta", "communications", "app", "calls", "CALL", "operations") },
  {
    weight: 6,
    arbitrary: fc.constantFrom("sendDtmfTones", "microsoft.graph.playPrompt", "subscribeToTone", "answer", "keepAlive"),
  },
  { weight: 3, arbitrary: fc.constantFrom("_simulator", "faults", "incoming", "press", "hangUp", "notificationToken") },
  { weight: 2, arbitrary: fc.constantFrom("__proto__", "constructor", "toString", "%2e%2e", "%00", "%ff", "") },
  fc.string({ maxLength: 8 }).map(encodeURIComponent),
);
const knownPath = fc
  .tuple(
    fc.constantFrom(
      "/v1.0/communications/calls",
      "/beta/app/calls",
      "/v1.0/communications/calls/CALL",
      "/_simulator",
      "/_simulator/calls/CALL",
    ),
    fc.array(segment, { maxLength: 2 }),
  )
  .map(([root, more]) => [root, ...more].join("/"));
const path = fc.oneof(
  { weight: 4, arbitrary: knownPath },
  fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join("/")}`),
);
/** Requests whose body is read. */
const requestWithBody = fc
  .constantFrom(
    "/v1.0/communications/calls",
    ...["sendDtmfTones", "playPrompt", "subscribeToTone"].map((action) => `/v1.0/communications/calls/CALL/${action}`),
    ...["incoming", "faults", "notificationToken", "calls/CALL/press", "calls/CALL/hangUp"].map(
      (control) => `/_simulator/${control}`,
    ),
  )
  .map((path) => ({ method: "POST", path }));
const request = fc.oneof({ weight: 2, arbitrary: requestWithBody }, fc.record({ method, path }));
const propertyName = fc.constantFrom(
  ..."tones clientContext delayBetweenTonesMs prompts mediaInfo uri callbackUri tenantId targets identity user id mediaConfig @odata.type on respond drop keys claims resultInfo code subcode from farEnd states start __proto__ constructor".split(
    " ",
  ),
);
/** Bodies with valid values in wrong places. */
const body = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      null,
      true,
      "tone1",
      "#microsoft.graph.serviceHostedMediaConfig",
      "http://127.0.0.1:1/",
      "token",
      2 ** 31,
    ),
    fc.double(),
    fc.string({ maxLength: 10 }),
    fc.array(tie("value"), { maxLength: 3 }),
    { weight: 3, arbitrary: fc.dictionary(propertyName, tie("value"), { maxKeys: 5 }) },
  ),
})).value;

test("every request gets a response, and none makes the simulator fail", async () => {
  await fc.assert(
    fc.asyncProperty(request, body, async ({ method, path }, body) => {
      const { simulator, client } = setup;
      // Some of these requests end the call.
      if (simulator.call(callId).state !== "established") callId = await setup.createEstablishedCall();
      const response = await fetch(`${simulator.url}${path.replaceAll("CALL", callId)}`, {
        method,
        headers: { Authorization: `Bearer ${client.token}`, "Content-Type": "application/json" },
        ...(method !== "GET" && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      expect(response.status, text).toBeLessThan(500);
      if (response.status >= 400) {
        expect(JSON.parse(text).error).toMatchObject({ code: expect.any(String), message: expect.any(String) });
      }
    }),
    { numRuns: 1500 },
  );
  expect(log.filter((line) => line.startsWith("!!"))).toEqual([]);
  expect(Object.keys({})).toEqual([]);
}, 60_000);
