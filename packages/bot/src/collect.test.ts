import { inspect } from "node:util";
import { GraphRequestError } from "@graph-dtmf/client";
import { describe, expect, test } from "vitest";
import { formatResult, PROMPT_MS, startCollect } from "./__fixtures__/start-collect.ts";
import type { CollectOptions } from "./collect-options.ts";

const prompts = [{ uri: "https://bot.contoso.com/pin.wav" }];
const refusal = (status: number): GraphRequestError =>
  new GraphRequestError({ status, message: "no", graphCodes: [], retryable: false });

describe("collect ends", () => {
  test.each<[keys: string, options: CollectOptions, collected: string]>([
    ["12345", { maxDigits: 4 }, "1234 maxDigits"],
    ["12#", { maxDigits: 4 }, "12 terminator"],
    ["12*", { maxDigits: 4, terminators: "*" }, "12 terminator"],
    ["1#2", { maxDigits: 3, terminators: "" }, "1#2 maxDigits"],
    ["1#", { maxDigits: 2, allowed: "1#" }, "1# maxDigits"],
    ["#", { maxDigits: 4 }, " terminator"],
    ["12#", { maxDigits: 4, minDigits: 3 }, "12 terminator"],
    ["1923", { maxDigits: 3, allowed: "123" }, "123 maxDigits"],
  ])("with keys %s and %j as %s", async (keys, options, collected) => {
    const { keypad, start, clock } = startCollect();
    const collecting = start(options);
    keypad.press(keys);
    expect(formatResult(await collecting)).toBe(collected);
    expect(clock.pending).toBe(0);
  });

  test("when no key arrives", async () => {
    const { start, clock } = startCollect();
    const collecting = start({ maxDigits: 4, firstDigitTimeoutMs: 3000 });
    await clock.advance(2999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(formatResult(await collecting)).toBe(" firstDigitTimeout");
  });

  test("when no further key arrives", async () => {
    const { start, keypad, clock } = startCollect();
    const collecting = start({ maxDigits: 4, interDigitTimeoutMs: 1000 });
    await clock.advance(9000);
    keypad.press("1");
    await clock.advance(999);
    keypad.press("2");
    await clock.advance(1000);
    expect(formatResult(await collecting)).toBe("12 interDigitTimeout");
  });

  test("at its timeout, even if keys arrive", async () => {
    const { start, keypad, clock, toneQueue } = startCollect();
    const collecting = start({ maxDigits: 9, timeoutMs: 2000 });
    keypad.press("1");
    await clock.advance(2000);
    keypad.press("2");
    expect(formatResult(await collecting)).toBe("1 timeout");
    expect(toneQueue.take()?.tone).toBe("tone2");
  });

  test("with the call and by its signal, and returns the keys so far", async () => {
    const { start, keypad, clock } = startCollect();
    const stop = new AbortController();
    const collecting = start({ maxDigits: 4, signal: stop.signal });
    keypad.press("1");
    await clock.advance(10);
    stop.abort();
    expect(formatResult(await collecting)).toBe("1 aborted");
    const next = start({ maxDigits: 4 });
    keypad.press("23");
    keypad.hangUp();
    expect(formatResult(await next)).toBe("23 callEnded");
    expect(formatResult(await start({ maxDigits: 4 }))).toBe(" callEnded");
    expect(clock.pending).toBe(0);
  });

  test("before the subscription is answered, if necessary", async () => {
    const { start, clock } = startCollect({ subscribe: () => new Promise(() => {}) });
    const collecting = start({ maxDigits: 4, timeoutMs: 500 });
    await clock.advance(500);
    expect(formatResult(await collecting)).toBe(" timeout");
  });

  test("at once in a call that has ended, and when the call ends before the subscription is answered", async () => {
    const { start, keypad } = startCollect({ subscribe: () => new Promise(() => {}) });
    const collecting = start({ maxDigits: 4 });
    keypad.hangUp();
    expect(formatResult(await collecting)).toBe(" callEnded");
    expect(formatResult(await start({ maxDigits: 4 }))).toBe(" callEnded");
  });
});

test("keys that were typed ahead reach the next collect", async () => {
  const { start, keypad } = startCollect();
  keypad.press("1234#5");
  expect(formatResult(await start({ maxDigits: 2 }))).toBe("12 maxDigits");
  expect(formatResult(await start({ maxDigits: 4 }))).toBe("34 terminator");
  expect(formatResult(await start({ maxDigits: 1 }))).toBe("5 maxDigits");
});

test("lost keys are counted", async () => {
  const { start, keypad } = startCollect();
  keypad.press("1");
  keypad.press("4", { gapBefore: 2 });
  expect(await start({ maxDigits: 2 })).toMatchObject({ keysLost: 2 });
});

test("printing the result shows no keys", async () => {
  const { start, keypad } = startCollect();
  keypad.press("47");
  const collected = await start({ maxDigits: 2 });
  expect(`${inspect(collected)}${JSON.stringify(collected)}`).not.toMatch(/47|tone\d/);
});

describe("prompts", () => {
  test("play first; the time for the first key starts at their end", async () => {
    const { start, clock, prompts: events } = startCollect();
    const collecting = start({ maxDigits: 4, prompts, firstDigitTimeoutMs: 1000 });
    await clock.advance(PROMPT_MS + 999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(formatResult(await collecting)).toBe(" firstDigitTimeout");
    expect(events).toEqual(["played"]);
  });

  test("are stopped once by a key", async () => {
    const { start, clock, keypad, prompts: events } = startCollect();
    const collecting = start({ maxDigits: 2, prompts });
    await clock.advance(100);
    keypad.press("1");
    await clock.advance(100);
    expect(events).toEqual(["played", "canceled"]);
    keypad.press("2");
    expect(formatResult(await collecting)).toBe("12 maxDigits");
    await clock.advance(PROMPT_MS);
    expect(events).toEqual(["played", "canceled"]);
  });

  test("are stopped when the collect ends otherwise", async () => {
    const { start, clock, prompts: events } = startCollect();
    const collecting = start({ maxDigits: 2, prompts, timeoutMs: 1000 });
    await clock.advance(1000);
    expect(formatResult(await collecting)).toBe(" timeout");
    expect(events).toEqual(["played", "canceled"]);
  });

  test("are skipped when a key is already waiting", async () => {
    const { start, keypad, prompts: events } = startCollect();
    keypad.press("1");
    await Promise.resolve();
    expect(formatResult(await start({ maxDigits: 1, prompts }))).toBe("1 maxDigits");
    expect(events).toEqual([]);
  });

  test("are not stopped before Graph has accepted them", async () => {
    let accept = (): void => {};
    const accepted = new Promise<void>((resolve) => {
      accept = resolve;
    });
    const {
      start,
      keypad,
      clock,
      prompts: events,
    } = startCollect({
      playPrompt: async () => {
        await accepted;
        return { completion: () => new Promise(() => {}) } as never;
      },
    });
    const collecting = start({ maxDigits: 1, prompts });
    await clock.advance(10);
    keypad.press("1");
    expect(formatResult(await collecting)).toBe("1 maxDigits");
    expect(events).toEqual([]);
    accept();
    await clock.advance(10);
    expect(events).toEqual(["canceled"]);
  });
});

describe("maxAttempts", () => {
  test("starts a new attempt after silence and after invalid entries, with the prompts", async () => {
    const { start, clock, keypad, prompts: events } = startCollect();
    const collecting = start({ maxDigits: 4, minDigits: 2, allowed: "123", prompts, maxAttempts: 4 });
    await clock.advance(PROMPT_MS + 10_000); // silence
    keypad.press("1#"); // too short
    await clock.advance(100);
    keypad.press("129"); // not allowed
    await clock.advance(100);
    keypad.press("31#");
    expect(formatResult(await collecting)).toBe("31 terminator");
    expect(events.filter((one) => one === "played")).toHaveLength(4);
  });

  test("limits the attempts", async () => {
    const { start, clock } = startCollect();
    const collecting = start({ maxDigits: 4, firstDigitTimeoutMs: 1000, maxAttempts: 3 });
    await clock.advance(2999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(formatResult(await collecting)).toBe(" firstDigitTimeout");
  });

  test("counts an entry that timed out too short as an attempt", async () => {
    const { start, clock, keypad } = startCollect();
    const collecting = start({ maxDigits: 4, minDigits: 4, maxAttempts: 2 });
    keypad.press("12");
    await clock.advance(5_000);
    keypad.press("34");
    await clock.advance(5_000);
    expect(formatResult(await collecting)).toBe("34 interDigitTimeout");
  });
});

describe("a refusal by Graph", () => {
  test("is thrown, and takes no keys", async () => {
    const { start, keypad, toneQueue } = startCollect({ playPrompt: () => Promise.reject(refusal(403)) });
    await expect(start({ maxDigits: 1, prompts })).rejects.toMatchObject({ status: 403 });
    const other = startCollect({ subscribe: () => Promise.reject(refusal(403)) });
    await expect(other.start({ maxDigits: 1 })).rejects.toMatchObject({ status: 403 });
    keypad.press("1");
    await Promise.resolve();
    expect(toneQueue.take()?.tone).toBe("tone1");
  });

  test("is no error if the call has ended", async () => {
    const { start } = startCollect({ subscribe: () => Promise.reject(refusal(404)) });
    expect(formatResult(await start({ maxDigits: 1 }))).toBe(" callEnded");
  });
});

test.each<[unknown, string]>([
  [undefined, "invalid_request"],
  [{}, "invalid_request"],
  [{ maxDigits: 0 }, "invalid_request"],
  [{ maxDigits: 1, minDigits: 2 }, "invalid_request"],
  [{ maxDigits: 1, terminators: "x" }, "invalid_tones"],
  [{ maxDigits: 1, terminators: "#", allowed: "#" }, "invalid_request"],
  [{ maxDigits: 1, timeoutMs: -1 }, "invalid_request"],
  [{ maxDigits: 1, firstDigitTimeoutMs: Number.NaN }, "invalid_request"],
  [{ maxDigits: 1, maxAttempts: 0.5 }, "invalid_request"],
])("rejects %j before anything is sent", async (options, code) => {
  await expect(startCollect().start(options as CollectOptions)).rejects.toMatchObject({ code });
});
