import type { Tone } from "@graph-dtmf/models";
import { afterEach, describe, expect, test } from "vitest";
import { createTestSetup, type TestSetup } from "../__fixtures__/test-setup.ts";
import { type FarEndOption, type PhoneMenu, startSimulator } from "../index.ts";

let setup: TestSetup;
afterEach(() => setup.close());

async function start(farEnd: FarEndOption, speed = 1): Promise<void> {
  setup = await createTestSetup({ farEnd, speed });
}

/** Sends tones and waits for their effects. */
async function sendKeys(callId: string, tones: Tone[]): Promise<void> {
  await setup.client.sendTones(callId, { tones });
  await setup.clock.advance(5000);
  await setup.simulator.settled();
}

const bridge: PhoneMenu = {
  start: "pin",
  states: {
    pin: { choices: { "47-11 #": "conference" }, endKey: "#", attempts: 3, failed: "goodbye" },
    conference: { press: "1" },
    goodbye: { hangUp: true },
  },
};

describe("a phone menu", () => {
  test("accepts the right PIN, and presses keys itself", async () => {
    await start(bridge);
    const callId = await setup.createEstablishedCall();
    await setup.client.request("POST", `/v1.0/communications/calls/${callId}/subscribeToTone`, { body: {} });
    await sendKeys(callId, ["tone9", "tone9", "pound"]);
    await sendKeys(callId, ["tone4", "tone7", "tone1", "tone1"]);
    expect(setup.bot.received.some(({ resourceData }) => resourceData.toneInfo)).toBe(false);
    await sendKeys(callId, ["pound"]);
    expect(setup.bot.received.filter(({ resourceData }) => resourceData.toneInfo)).toMatchObject([
      { resourceData: { toneInfo: { sequenceId: 1, tone: "tone1" } } },
    ]);
    expect(setup.simulator.call(callId).state).toBe("established");
  });

  test("hangs up after three wrong PINs, and not before", async () => {
    await start(bridge);
    const callId = await setup.createEstablishedCall();
    for (let times = 0; times < 2; times++) await sendKeys(callId, ["tone1", "pound"]);
    expect(setup.simulator.call(callId).state).toBe("established");
    await sendKeys(callId, ["pound"]);
    expect(setup.simulator.call(callId).state).toBe("terminated");
    expect(setup.bot.received.at(-1)?.resourceData.resultInfo).toMatchObject({ code: 200, subcode: 4521 });
  });

  test("has a separate state for each call", async () => {
    await start(bridge);
    const [one, other] = [await setup.createEstablishedCall(), await setup.createEstablishedCall()];
    for (const callId of [one, other, one, other]) await sendKeys(callId, ["tone1", "pound"]);
    expect(setup.simulator.call(one).state).toBe("established");
    await sendKeys(one, ["tone1", "pound"]);
    expect(setup.simulator.call(one).state).toBe("terminated");
    expect(setup.simulator.call(other).state).toBe("established");
  });

  test("without an end key accepts an entry as soon as it matches, and drops one that cannot match", async () => {
    await start({
      start: "top",
      states: {
        top: { choices: { 1: "sales", 22: "support" } },
        sales: { press: "1" },
        support: { hangUp: { code: 200, subcode: 5001, message: "We are closed." } },
      },
    });
    const callId = await setup.createEstablishedCall();
    // "2" can still become "22"; "3" cannot continue it, so both are dropped; then "22" matches.
    await sendKeys(callId, ["tone2", "tone3", "tone5", "tone2", "tone2"]);
    expect(setup.bot.received.at(-1)?.resourceData.resultInfo).toMatchObject({
      subcode: 5001,
      message: "We are closed.",
    });
  });

  test.each<[string, unknown, string]>([
    ["without a start", { states: {} }, "Property start"],
    ["with an unknown start", { start: "top", states: {} }, "there is no state 'top'"],
    [
      "with a choice of an unknown state",
      { start: "top", states: { top: { choices: { 1: "up" } } } },
      "there is no state 'up'",
    ],
    [
      "with an unknown state after failed attempts",
      { start: "top", states: { top: { failed: "down" } } },
      "there is no state 'down'",
    ],
    ["with an unknown property", { start: "top", states: { top: { choice: {} } } }, "The property 'choice'"],
    ["with an unknown picksUp", { picksUp: "soon", start: "top", states: { top: {} } }, "Property picksUp"],
    ["with invalid keys", { start: "top", states: { top: { choices: { "4711x": "top" } } } }, "no key at position 4"],
    [
      "with a choice that names no state",
      { start: "top", states: { top: { choices: { 4711: 5 } } } },
      "choices.[tone]",
    ],
  ])("%s is rejected when the simulator starts", async (_, farEnd, message) => {
    await expect(startSimulator({ farEnd: farEnd as PhoneMenu })).rejects.toThrow(message);
    await start({});
  });
});

describe("the far end picks up", () => {
  test.each([1, 10])("after a time that the speed divides (speed %i)", async (speed) => {
    await start({ picksUp: { afterMs: 20_000 } }, speed);
    const call = setup.simulator.call(await setup.client.createCall());
    await setup.clock.advance(20_000 / speed - 1);
    expect(call.state).toBe("establishing");
    await setup.clock.advance(1);
    expect(call.state).toBe("established");
  });

  test.each([
    ["busy", 0, 486],
    ["never", 60_000, 408],
  ] as const)("never: %s", async (picksUp, afterMs, code) => {
    await start({ picksUp }, 1000);
    const callId = await setup.client.createCall();
    await setup.clock.advance(afterMs);
    await setup.simulator.settled();
    expect(setup.bot.summarize(callId)).toEqual(["updated establishing", "deleted terminated"]);
    expect(setup.bot.received.at(-1)?.resourceData.resultInfo.code).toBe(code);
    if (afterMs > 0) await expect(setup.simulator.call(callId).state).toBe("terminated");
  });

  test("at any time before the service's timeout", async () => {
    await start({ picksUp: "never" });
    const call = setup.simulator.call(await setup.client.createCall());
    await setup.clock.advance(59_999);
    expect(call.state).toBe("establishing");
  });
});

describe("a far end in code", () => {
  test("receives each tone, and can act in its call", async () => {
    const heard: [string, Tone][] = [];
    await start({
      established: (call) => call.press("*"),
      heard(tone, call) {
        heard.push([call.id, tone]);
        if (tone === "pound") call.hangUp();
      },
    });
    const callId = await setup.createEstablishedCall();
    await sendKeys(callId, ["tone1", "pound", "tone2"]);
    expect(heard).toEqual([
      [callId, "tone1"],
      [callId, "pound"],
    ]);
    expect(setup.simulator.call(callId)).toMatchObject({ state: "terminated", heard: ["tone1", "pound"] });
  });

  test("can depend on the targets of the call", async () => {
    await start(({ targets }) => ({
      picksUp: JSON.stringify(targets).includes("+15550100") ? "busy" : { afterMs: 0 },
    }));
    const busy = await setup.client.createCall({ targets: [{ identity: { phone: { id: "+15550100" } } }] });
    const free = await setup.client.createCall();
    await setup.clock.advance(0);
    expect(setup.simulator.call(busy).state).toBe("terminated");
    expect(setup.simulator.call(free).state).toBe("established");
  });

  test("can be the caller of an incoming call", async () => {
    await start({});
    const call = setup.simulator.incoming({
      callbackUri: setup.bot.callbackUri,
      farEnd: { start: "menu", states: { menu: { choices: { 9: "bye" } }, bye: { hangUp: true } } },
    });
    const body = {
      callbackUri: setup.bot.callbackUri,
      mediaConfig: { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
    };
    await setup.client.request("POST", `/v1.0/communications/calls/${call.id}/answer`, { body });
    await setup.clock.advance(100);
    await sendKeys(call.id, ["tone9"]);
    expect(call.state).toBe("terminated");
  });
});
