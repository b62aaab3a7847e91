import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, onTestFinished, test } from "vitest";
import { createTestSetup, type TestSetup } from "./__fixtures__/test-setup.ts";
import { type SimulatorOptions, startSimulator } from "./index.ts";

async function setup(options: SimulatorOptions = {}): Promise<TestSetup> {
  const opened = await createTestSetup(options);
  onTestFinished(() => opened.close());
  return opened;
}

describe("a callback", () => {
  test("without a listener is reported as undelivered, and the call continues", async () => {
    const lines: string[] = [];
    const { simulator, client, clock, bot } = await setup({ log: (line) => lines.push(line) });
    const dead = `http://127.0.0.1:${await unusedPort()}/`;
    const callId = await client.createCall({ callbackUri: dead });
    await clock.advance(500);
    await client.sendTones(callId, { tones: ["tone1"] });
    await clock.advance(100);
    await simulator.settled();
    expect(simulator.call(callId).heard).toEqual(["tone1"]);
    expect(simulator.undelivered).toHaveLength(3);
    expect(simulator.undelivered[2]).toMatchObject({
      callId,
      changeType: "deleted",
      resourceUrl: expect.stringContaining(`/communications/calls/${callId}/operations/`),
      reason: expect.stringContaining("ECONNREFUSED"),
    });
    expect(lines.filter((line) => line.includes("undelivered"))).toHaveLength(3);
    // A call with another bot is not affected.
    const other = await client.createCall();
    await simulator.settled();
    expect(bot.summarize(other)).toEqual(["updated establishing"]);
  });

  test("that never responds is timed out, and the next notification is sent", async () => {
    const { simulator, client, clock, bot } = await setup({ callbackTimeoutMs: 500 });
    bot.status = "never";
    const callId = await client.createCall();
    await clock.advance(500);
    await simulator.settled();
    expect(bot.summarize(callId)).toEqual(["updated establishing", "updated established"]);
    expect(simulator.undelivered.map(({ reason }) => reason)).toEqual([
      "no answer within 500 ms",
      "no answer within 500 ms",
    ]);
  });

  test("that responds with an error is reported as undelivered", async () => {
    const { simulator, client, bot } = await setup();
    bot.status = 401;
    await client.createCall();
    await simulator.settled();
    expect(simulator.undelivered).toMatchObject([{ changeType: "updated", reason: "answered 401" }]);
  });

  test("is not timed out by advancing the clock, because deliveries use real time", async () => {
    const { simulator, client, clock, bot } = await setup();
    const callId = await client.createCall();
    await clock.advance(2_000_000);
    await simulator.settled();
    expect(simulator.undelivered).toEqual([]);
    expect(bot.summarize(callId)).toEqual(["updated establishing", "updated established"]);
  });
});

test("neither the log nor the records contain tones", async () => {
  const lines: string[] = [];
  const { simulator, client, clock, createEstablishedCall, bot } = await setup({ log: (line) => lines.push(line) });
  const callId = await createEstablishedCall();
  await client.sendTones(callId, { tones: ["tone4", "tone7", "star"], clientContext: "tone4" });
  await client.request("POST", `/v1.0/communications/calls/${callId}/tone4tone7`, { body: {} });
  await client.request("GET", `/v1.0/communications/calls/${callId}/47*1%23`);
  await client.request("GET", "/v1.0/communications/calls/47*1%23");
  await clock.advance(300);
  bot.status = 500;
  await client.sendTones(callId, { tones: ["tone4"] });
  await clock.advance(100);
  await simulator.settled();
  expect(lines.length).toBeGreaterThan(8);
  const everything = JSON.stringify([lines, simulator.requests, simulator.undelivered]);
  expect(everything).not.toMatch(/tone\d|star|47\*/);
});

test("a thousand calls at once are established, receive tones and are notified", async () => {
  const { simulator, client, clock, bot } = await setup();
  const ids = await Promise.all(Array.from({ length: 1000 }, () => client.createCall()));
  expect(new Set(ids).size).toBe(1000);
  await clock.advance(500);
  const sent = await Promise.all(
    ids.map((id, index) => client.sendTones(id, { tones: ["tone1", "tone2"], clientContext: `${index}` })),
  );
  expect(sent.every(({ status }) => status === 200)).toBe(true);
  await clock.advance(200);
  for (const id of ids) simulator.call(id).hangUp();
  await simulator.settled();
  expect(simulator.undelivered).toEqual([]);
  expect(bot.received).toHaveLength(4000);
  for (const id of [ids[0], ids[999]] as string[]) {
    expect(bot.summarize(id)).toEqual([
      "updated establishing",
      "updated established",
      "deleted completedSuccessfully",
      "deleted terminated",
    ]);
  }
});

describe("speed", () => {
  test("divides all durations in a call", async () => {
    const { simulator, client, clock } = await setup({ speed: 10 });
    const callId = await client.createCall();
    await clock.advance(50);
    expect(simulator.call(callId).state).toBe("established");
    await client.sendTones(callId, { tones: ["tone1", "tone2"], delayBetweenTonesMs: 1000 });
    await clock.advance(119);
    expect(simulator.call(callId).heard).toEqual(["tone1"]);
    await clock.advance(1);
    expect(simulator.call(callId).heard).toEqual(["tone1", "tone2"]);
  });

  test("must be a number above zero", async () => {
    for (const speed of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(startSimulator({ speed })).rejects.toThrow(TypeError);
    }
  });
});

describe("reset", () => {
  test("removes calls, faults, requests and failures, and keeps tokens valid", async () => {
    const { simulator, client, clock, bot, createEstablishedCall } = await setup();
    const callId = await createEstablishedCall();
    await client.sendTones(callId, { tones: ["tone1"], delayBetweenTonesMs: 0 });
    simulator.faults.next({ on: "sendDtmfTones", complete: "never" });
    bot.status = 500;
    const failing = await client.createCall();
    await simulator.settled();
    bot.status = 202;
    await simulator.reset();
    expect(simulator.requests).toEqual([]);
    expect(simulator.undelivered).toEqual([]);
    expect(clock.pending).toBe(0);
    for (const id of [callId, failing]) {
      expect(() => simulator.call(id)).toThrow(expect.objectContaining({ code: "unknown_call" }));
    }
    const receivedBefore = bot.received.length;
    const next = await createEstablishedCall();
    await client.sendTones(next, { tones: ["tone1"] });
    await clock.advance(100);
    await simulator.settled();
    expect(bot.received.slice(receivedBefore).every(({ resourceUrl }) => resourceUrl.includes(next))).toBe(true);
    expect(bot.summarize(next).at(-1)).toBe("deleted completedSuccessfully");
  });

  test("ends calls that the test still refers to", async () => {
    const { simulator, clock, createEstablishedCall } = await setup();
    const call = simulator.call(await createEstablishedCall());
    await simulator.reset();
    simulator.faults.next({ on: "notification", deliver: "late" });
    expect(() => call.press("1")).toThrow(expect.objectContaining({ code: "invalid_request" }));
    call.hangUp();
    expect(clock.pending).toBe(0);
  });

  test("neither waits for a callback that never responds nor sends it pending notifications", async () => {
    const { simulator, client, clock, bot } = await setup();
    bot.status = "never";
    const callId = await client.createCall();
    await bot.waitForCount(1);
    await clock.advance(500);
    await simulator.reset();
    expect(bot.summarize(callId)).toEqual(["updated establishing"]);
    expect(simulator.undelivered).toEqual([]);
  });
});

describe("close", () => {
  test("can be called twice", async () => {
    const simulator = await startSimulator();
    await Promise.all([simulator.close(), simulator.close()]);
    await simulator.close();
  });

  test("aborts a delayed response", async () => {
    const { simulator, client, clock } = await createTestSetup();
    simulator.faults.next({ on: "token", delayMs: 60_000 });
    const answered = client.requestToken().then(
      () => "answered",
      () => "aborted",
    );
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    await simulator.close();
    expect(clock.pending).toBe(0);
    expect(await answered).toBe("aborted");
  });

  test("aborts a pending request", async () => {
    const { simulator, client } = await createTestSetup();
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("{")) });
    const answered = fetch(`${simulator.url}/v1.0/communications/calls`, {
      method: "POST",
      headers: { Authorization: `Bearer ${client.token}`, "Content-Type": "application/json" },
      body,
      duplex: "half",
    } as RequestInit);
    const outcome = answered.then(
      () => "answered",
      () => "aborted",
    );
    while (simulator.requests.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await simulator.close();
    expect(await outcome).toBe("aborted");
  });
});

test("rejects if the port is in use", async () => {
  const { simulator } = await setup();
  await expect(startSimulator({ port: Number(new URL(simulator.url).port) })).rejects.toThrow("EADDRINUSE");
});

test.each(["0.0.0.0", "localhost", ...(hasIpv6() ? ["::", "::1"] : [])])(
  "listening at %s, its url is reachable from the same machine",
  async (host) => {
    const { simulator, client } = await setup({ host });
    expect(new URL(simulator.url).hostname).toBe({ "::1": "[::1]", localhost: "localhost" }[host] ?? "127.0.0.1");
    expect((await client.requestToken()).status).toBe(200);
    const { body } = await client.request("GET", "/v1/.well-known/OpenIdConfiguration");
    expect(body.jwks_uri).toBe(`${simulator.url}/v1/.well-known/keys`);
  },
);

test("uses the given ids, tenant and secret", async () => {
  const chosen = {
    appId: "2891555a-92ff-42e6-80fa-6e1300c6b5c6",
    tenantId: "contoso.example",
    clientSecret: "s3cret+/=",
  };
  const { simulator, client } = await setup(chosen);
  expect(simulator).toMatchObject(chosen);
  expect((await client.request("POST", "/v1.0/communications/calls", { body: client.createCallBody() })).status).toBe(
    201,
  );
});

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ family }) => family === "IPv6"));
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("accepts tokens for Graph's application id and for its own origin", async () => {
  const { simulator, client } = await setup();
  for (const resource of ["00000003-0000-0000-c000-000000000000", simulator.url]) {
    const { body } = await client.requestToken({ scope: `${resource}/.default` });
    const headers = { Authorization: `Bearer ${body.access_token}` };
    const reply = await client.request("GET", "/v1.0/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896", {
      headers,
    });
    expect(reply.status).toBe(404);
  }
});
