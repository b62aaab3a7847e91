import { formatTones, secretTones, type Tone } from "@graph-dtmf/models";
import { array, assert, asyncProperty, constantFrom } from "fast-check";
import { describe, expect, test } from "vitest";
import { type BotFixture, startBot } from "./__fixtures__/start-bot.ts";

const sends = ({ simulator }: BotFixture): number =>
  simulator.requests.filter(({ action }) => action === "sendDtmfTones").length;

describe("dial", () => {
  test("plays the plan step by step and reports completed", async () => {
    const fixture = await startBot();
    const { call, farEnd } = await fixture.establish();
    const result = await fixture.advanceUntil(call.dial("12,34#"));
    expect(result).toEqual({ outcome: "completed", tonesPlayed: 5, tonesMaybePlayed: 0 });
    expect(formatTones(farEnd.heard)).toBe("1234#");
    expect(sends(fixture)).toBe(2);
  });

  test("plays no other tones of the call in between", async () => {
    const fixture = await startBot();
    const { call, farEnd } = await fixture.establish();
    const dialed = call.dial("12,34#");
    const other = call.sendTones("9");
    const second = call.dial(secretTones("77"));
    expect(
      await fixture.advanceUntil(Promise.all([dialed, other.then((sent) => sent.completion()), second])),
    ).toMatchObject([{ outcome: "completed" }, { outcome: "completed" }, { outcome: "completed" }]);
    expect(formatTones(farEnd.heard)).toBe("1234#977");
  });

  test.each([
    ["mediaOperationCanceled", "canceled"],
    ["unknown", "failed"],
    ["failed", "failed"],
    ["never", "timedOut"],
  ] as const)(
    "ends with a step whose outcome is %s, and counts tones that may have been played",
    async (complete, outcome) => {
      const fixture = await startBot();
      const { call } = await fixture.establish();
      fixture.simulator.faults.next({ on: "sendDtmfTones", complete: "atOnce" });
      fixture.simulator.faults.next({ on: "sendDtmfTones", complete });
      const result = await fixture.advanceUntil(call.dial("12,345,6"));
      expect(result).toMatchObject({ outcome, tonesPlayed: 2, tonesMaybePlayed: 3 });
      expect(sends(fixture)).toBe(2);
    },
  );

  test("counts the tones played when the call ends during a pause", async () => {
    const fixture = await startBot();
    const { call, farEnd } = await fixture.establish();
    const dialing = call.dial("12,,,,3");
    await fixture.advanceUntil(fixture.eventually(() => farEnd.heard.length === 2));
    // The pause begins when the bot has received the notification that the tones were played.
    await fixture.simulator.settled();
    farEnd.hangUp({ code: 200, subcode: 4521 });
    expect(await fixture.advanceUntil(dialing)).toEqual({
      outcome: "callEnded",
      tonesPlayed: 2,
      tonesMaybePlayed: 0,
      resultInfo: expect.objectContaining({ code: 200, subcode: 4521 }),
    });
    expect(sends(fixture)).toBe(1);
  });

  test("counts tones that may have been played when the call ends during tones", async () => {
    const fixture = await startBot();
    const { call, farEnd } = await fixture.establish();
    const dialing = call.dial("12345");
    await fixture.eventually(() =>
      fixture.simulator.requests.some(({ action, status }) => action === "sendDtmfTones" && status === 200),
    );
    await fixture.clock.advance(200);
    farEnd.hangUp();
    expect(await fixture.advanceUntil(dialing)).toMatchObject({
      outcome: "callEnded",
      tonesPlayed: 0,
      tonesMaybePlayed: 5,
    });
  });

  test("stops the tones when it is aborted, and waits for their outcome", async () => {
    const fixture = await startBot();
    const { call, farEnd } = await fixture.establish();
    const stop = new AbortController();
    const dialing = call.dial("1234567890", { signal: stop.signal, delayBetweenTonesMs: 1000 });
    await fixture.eventually(() =>
      fixture.simulator.requests.some(({ action, status }) => action === "sendDtmfTones" && status === 200),
    );
    await fixture.clock.advance(2000);
    stop.abort();
    expect(await fixture.advanceUntil(dialing)).toMatchObject({
      outcome: "canceled",
      tonesPlayed: 0,
      tonesMaybePlayed: 10,
    });
    expect(farEnd.heard.length).toBeLessThan(10);
    expect(fixture.errors).toEqual([]);
  });

  test("sends nothing when it is aborted during a pause or before", async () => {
    const fixture = await startBot();
    const { call } = await fixture.establish();
    const stop = new AbortController();
    const dialing = call.dial(",1", { signal: stop.signal });
    await fixture.clock.advance(500);
    stop.abort();
    expect(await dialing).toEqual({ outcome: "canceled", tonesPlayed: 0, tonesMaybePlayed: 0 });
    expect(await call.dial("1", { signal: stop.signal })).toMatchObject({ outcome: "canceled", tonesPlayed: 0 });
    expect(sends(fixture)).toBe(0);
  });

  test("returns Graph's refusal, with no tones played", async () => {
    const fixture = await startBot();
    const { call } = await fixture.establish();
    fixture.simulator.faults.next({ on: "sendDtmfTones", respond: { status: 403 } });
    expect(await fixture.advanceUntil(call.dial("1,23"))).toMatchObject({
      outcome: "failed",
      tonesPlayed: 0,
      tonesMaybePlayed: 0,
      error: { code: "graph_request_failed", status: 403 },
    });
    fixture.simulator.faults.next({ on: "sendDtmfTones", respond: { status: 404 } });
    expect(await fixture.advanceUntil(call.dial("1"))).toMatchObject({ outcome: "callEnded", tonesMaybePlayed: 0 });
  });

  test("waits for the notification when the delivery is unknown", async () => {
    const fixture = await startBot();
    const { call, farEnd } = await fixture.establish();
    fixture.simulator.faults.next({ on: "sendDtmfTones", respond: { status: 504 }, executed: true });
    expect(await fixture.advanceUntil(call.dial("12,3"))).toMatchObject({ outcome: "completed", tonesPlayed: 3 });
    expect(formatTones(farEnd.heard)).toBe("123");
  });

  test("rejects invalid input before anything is sent", async () => {
    const fixture = await startBot();
    const call = fixture.bot.call("57dab8b1-894c-409a-b240-bd8beae78896");
    await expect(call.dial("12x")).rejects.toMatchObject({ code: "invalid_tones" });
  });
});

const dialStrings = array(constantFrom("1", "2", "#", ",", "w", "W"), { minLength: 1, maxLength: 8 }).map(
  (keys) => `0${keys.join("")}`,
);

test("the far end receives exactly the dialed keys, with each pause in full", {
  timeout: 120_000,
}, async () => {
  const received: { tone: Tone; atMs: number }[] = [];
  const fixture = await startBot({
    farEnd: { heard: (tone) => void received.push({ tone, atMs: fixture.clock.now() }) },
  });
  const { call } = await fixture.establish();
  await assert(
    asyncProperty(dialStrings, async (text) => {
      received.length = 0;
      expect(await fixture.advanceUntil(call.dial(text, { delayBetweenTonesMs: 0 }))).toMatchObject({
        outcome: "completed",
      });
      const keys = [...text].filter((character) => !",wW".includes(character));
      expect(formatTones(received.map(({ tone }) => tone))).toBe(keys.join(""));
      let index = -1;
      let pauseMs = 0;
      for (const character of text) {
        const ms = { ",": 2000, w: 500, W: 1000 }[character];
        if (ms !== undefined) pauseMs += ms;
        else {
          index += 1;
          const [previous, current] = [received[index - 1], received[index]];
          // A tone takes 100 ms, and the far end receives it at its end.
          if (previous && current) expect(current.atMs - previous.atMs).toBeGreaterThanOrEqual(pauseMs + 100);
          pauseMs = 0;
        }
      }
    }),
    { numRuns: 15 },
  );
});
