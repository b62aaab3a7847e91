import { readFileSync } from "node:fs";
import { formatTones, type Tone } from "@graph-dtmf/models";
import { type FarEndOption, type SimulatedCall, type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type RunningExample, runExample } from "./__fixtures__/run-example.ts";
import { startTwoTenants } from "./__fixtures__/two-tenants.ts";

const TEST_OPTIONS = { timeout: 60_000 };
/** Long enough for a machine under load. */
const WAIT_OPTIONS = { timeout: 30_000 };

async function openSimulator(farEnd?: FarEndOption): Promise<Simulator> {
  const simulator = await startSimulator({ speed: 20, ...(farEnd && { farEnd }) });
  onTestFinished(() => simulator.close());
  return simulator;
}

async function run(
  name: string,
  simulator: Simulator,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningExample> {
  const { url, appId, tenantId, clientSecret, openIdConfigurationUrl } = simulator;
  return runExample(name, {
    APP_ID: appId,
    TENANT_ID: tenantId,
    CLIENT_SECRET: clientSecret,
    GRAPH_URL: url,
    LOGIN_URL: url,
    OPENID_CONFIGURATION_URL: openIdConfigurationUrl,
    PORT: "0",
    ...env,
  });
}

/** Starts a call to the example, which answers it. */
async function startIncomingCall(
  example: RunningExample,
  simulator: Simulator,
): Promise<{ call: SimulatedCall; waitForRequest(action: string): Promise<number> }> {
  const callbackUri = /(http:\S+)/.exec(await example.line(/waiting for calls at/))?.[1] ?? "";
  const call = simulator.incoming({ callbackUri });
  const countAccepted = (action: string): number =>
    simulator.requests.filter((request) => request.action === action && request.status === 200).length;
  return {
    call,
    async waitForRequest(action) {
      const countBefore = countAccepted(action);
      await vi.waitFor(() => expect(countAccepted(action)).toBeGreaterThan(countBefore), WAIT_OPTIONS);
      return countAccepted(action);
    },
  };
}

describe("conference-pin", () => {
  const bridge = {
    start: "pin",
    states: {
      pin: { choices: { "4711#": "joined" }, endKey: "#", attempts: 1, failed: "rejected" },
      joined: {},
      rejected: { hangUp: true },
    },
  } as const;

  it("joins with the right PIN", TEST_OPTIONS, async () => {
    const simulator = await openSimulator(bridge);
    const { line, ended } = await run("conference-pin", simulator, { CONFERENCE_PIN: "4711" });
    expect(await line(/^PIN/)).toBe("PIN completed 5 of 5 tones played");
    const callId = simulator.requests.find(({ action }) => action === "sendDtmfTones")?.callId ?? "";
    simulator.call(callId).hangUp({ code: 200, subcode: 5001 });
    expect(await line(/^ended/)).toBe("ended: The conversation has ended.");
    expect(await ended()).toBe(0);
  });

  it("prints the end of the call after a wrong PIN", TEST_OPTIONS, async () => {
    const { line } = await run("conference-pin", await openSimulator(bridge), { CONFERENCE_PIN: "0815" });
    expect(await line(/^ended/)).toBe("ended: The other party ended the one-to-one call.");
  });
});

describe("take-a-pin", () => {
  it.each([
    ["4711", "welcome"],
    ["4712", "not welcome"],
  ])("collects %s and prints: %s", TEST_OPTIONS, async (keys, result) => {
    const simulator = await openSimulator();
    const example = await run("take-a-pin", simulator, { RIGHT_PIN: "4711" });
    const { call, waitForRequest } = await startIncomingCall(example, simulator);
    await waitForRequest("playPrompt");
    call.press(keys);
    expect(await example.line(/welcome/)).toBe(`[redacted 4 tones] maxDigits ${result}`);
    await vi.waitFor(() => expect(call.state).toBe("terminated"), WAIT_OPTIONS);
    expect(example.printed()).not.toContain(keys);
  });
});

describe("three-level-menu", () => {
  it("dials through the menu and receives a key", TEST_OPTIONS, async () => {
    const simulator = await openSimulator({
      start: "hotline",
      states: {
        hotline: { choices: { 1: "support" } },
        support: { choices: { 2: "accounts" } },
        accounts: { choices: { 3: "person" } },
        person: { press: "5" },
      },
    });
    const example = await run("three-level-menu", simulator);
    expect(await example.line(/^plan/)).toContain(
      '[{"pauseMs":1000},{"tones":"[redacted 3 tones]","delayBetweenTonesMs":1000}]',
    );
    expect(await example.line(/^menu/)).toBe("menu completed 3");
    expect(await example.line(/^the far end/)).toBe("the far end pressed tone5");
    expect(await example.ended()).toBe(0);
  });
});

describe("offer-a-menu", () => {
  it("plays the chosen prompts until the caller hangs up", TEST_OPTIONS, async () => {
    const simulator = await openSimulator();
    const example = await run("offer-a-menu", simulator);
    const { call, waitForRequest } = await startIncomingCall(example, simulator);
    await waitForRequest("playPrompt");
    call.press("2");
    await example.line(/playing .*weather\.wav/);
    call.press("1");
    await example.line(/playing .*news\.wav/);
    call.hangUp();
    expect(await example.line(/^ended/)).toBe("ended: The other party ended the one-to-one call.");
  });
});

describe("secret-pin", () => {
  it("prints no digit of the PIN, also when Graph refuses the tones", TEST_OPTIONS, async () => {
    const received: Tone[] = [];
    const simulator = await openSimulator({ heard: (tone) => void received.push(tone) });
    const echo = { error: { code: "BadRequest", message: "Invalid tones: tone8, tone2, tone8, tone6, pound" } };
    // The simulator plays the first step of the first plan, and refuses the PIN.
    simulator.faults.next({ on: "sendDtmfTones", delayMs: 1 });
    simulator.faults.next({ on: "sendDtmfTones", respond: { status: 400, body: echo } });
    const example = await run("secret-pin", simulator, { PIN: "8286#" });
    expect(await example.line(/^pin/)).toBe('pin [redacted 5 tones] [redacted 5 tones] {"pin":"[redacted 5 tones]"}');
    await example.line(/^second/);
    expect(await example.ended()).toBe(0);
    expect(formatTones(received)).toBe("118286#");
    expect(example.printed()).toContain("graph_request_failed");
    expect(example.printed()).not.toMatch(/8286|tone\d|pound/);
  });
});

describe("two-tenants", () => {
  it("requests the token of each tenant and verifies the tenant of notifications", TEST_OPTIONS, async () => {
    const app = { appId: "2891555a-92ff-42e6-80fa-6e1300c6b5c6", clientSecret: "secret", speed: 20 };
    const { url, openIdConfigurationUrl, simulators } = await startTwoTenants(app);
    const [first, second] = simulators;
    const tenantIds = [first.tenantId, second.tenantId];
    const env = {
      TENANT_ID: tenantIds.join(","),
      GRAPH_URL: url,
      LOGIN_URL: url,
      OPENID_CONFIGURATION_URL: openIdConfigurationUrl,
    };
    const example = await run("two-tenants", first, env);
    expect(await example.line(/^served/)).toContain("served 2 tenants");
    expect(await example.ended()).toBe(0);
    for (const tenantId of tenantIds) {
      expect(example.printed()).toContain(`dialed completed in ${tenantId}`);
      expect(example.printed()).toContain(`call established in ${tenantId}`);
    }
    for (const { requests, undelivered } of simulators) {
      expect(requests.filter(({ action }) => action === "sendDtmfTones")).toMatchObject([{ status: 200 }]);
      expect(undelivered).toEqual([]);
    }
  });
});

it.each([
  "conference-pin",
  "take-a-pin",
  "three-level-menu",
  "offer-a-menu",
  "secret-pin",
  "two-tenants",
  "bot",
  "credential",
])("%s has at most 40 lines", (name) => {
  const lines = readFileSync(`${import.meta.dirname}/${name}.ts`, "utf8")
    .trimEnd()
    .split("\n");
  expect(lines.length).toBeLessThanOrEqual(40);
});
