import { inspect } from "node:util";
import { GraphRequestError } from "@graph-dtmf/client";
import { describe, expect, test } from "vitest";
import { inClear, openCollecting, PROMPT_MS } from "./__fixtures__/open-collecting.ts";
import type { CollectOptions } from "./collect-rules.ts";

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
    const { keypad, start, clock } = openCollecting();
    const collecting = start(options);
    keypad.press(keys);
    expect(inClear(await collecting)).toBe(collected);
    expect(clock.pending).toBe(0);
  });

  test("when no key comes", async () => {
    const { start, clock } = openCollecting();
    const collecting = start({ maxDigits: 4, firstDigitTimeoutMs: 3000 });
    await clock.advance(2999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(inClear(await collecting)).toBe(" firstDigitTimeout");
  });

  test("when no further key comes", async () => {
    const { start, keypad, clock } = openCollecting();
    const collecting = start({ maxDigits: 4, interDigitTimeoutMs: 1000 });
    await clock.advance(9000);
    keypad.press("1");
    await clock.advance(999);
    keypad.press("2");
    await clock.advance(1000);
    expect(inClear(await collecting)).toBe("12 interDigitTimeout");
  });

  test("when all of its time is over, whatever is being pressed", async () => {
    const { start, keypad, clock, inbox } = openCollecting();
    const collecting = start({ maxDigits: 9, timeoutMs: 2000 });
    keypad.press("1");
    await clock.advance(2000);
    keypad.press("2");
    expect(inClear(await collecting)).toBe("1 timeout");
    expect(inbox.take()?.tone).toBe("tone2");
  });

  test("with the call, and with its signal; what was entered by then is told", async () => {
    const { start, keypad, clock } = openCollecting();
    const stop = new AbortController();
    const collecting = start({ maxDigits: 4, signal: stop.signal });
    keypad.press("1");
    await clock.advance(10);
    stop.abort();
    expect(inClear(await collecting)).toBe("1 aborted");
    const next = start({ maxDigits: 4 });
    keypad.press("23");
    keypad.hangUp();
    expect(inClear(await next)).toBe("23 callEnded");
    expect(inClear(await start({ maxDigits: 4 }))).toBe(" callEnded");
    expect(clock.pending).toBe(0);
  });

  test("before the subscription is answered, if it has to", async () => {
    const { start, clock } = openCollecting({ subscribe: () => new Promise(() => {}) });
    const collecting = start({ maxDigits: 4, timeoutMs: 500 });
    await clock.advance(500);
    expect(inClear(await collecting)).toBe(" timeout");
  });

  test("at once in a call that is over, and when the call ends before the subscription is answered", async () => {
    const { start, keypad } = openCollecting({ subscribe: () => new Promise(() => {}) });
    const collecting = start({ maxDigits: 4 });
    keypad.hangUp();
    expect(inClear(await collecting)).toBe(" callEnded");
    expect(inClear(await start({ maxDigits: 4 }))).toBe(" callEnded");
  });
});

test("keys that were typed ahead reach the next collect", async () => {
  const { start, keypad } = openCollecting();
  keypad.press("1234#5");
  expect(inClear(await start({ maxDigits: 2 }))).toBe("12 maxDigits");
  expect(inClear(await start({ maxDigits: 4 }))).toBe("34 terminator");
  expect(inClear(await start({ maxDigits: 1 }))).toBe("5 maxDigits");
});

test("keys that were lost are counted", async () => {
  const { start, keypad } = openCollecting();
  keypad.press("1");
  keypad.press("4", { gapBefore: 2 });
  expect(await start({ maxDigits: 2 })).toMatchObject({ keysLost: 2 });
});

test("what was collected prints no keys", async () => {
  const { start, keypad } = openCollecting();
  keypad.press("47");
  const collected = await start({ maxDigits: 2 });
  expect(`${inspect(collected)}${JSON.stringify(collected)}`).not.toMatch(/47|tone\d/);
});

describe("prompts", () => {
  test("play first; the time for the first key begins when they have ended", async () => {
    const { start, clock, prompts: told } = openCollecting();
    const collecting = start({ maxDigits: 4, prompts, firstDigitTimeoutMs: 1000 });
    await clock.advance(PROMPT_MS + 999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(inClear(await collecting)).toBe(" firstDigitTimeout");
    expect(told).toEqual(["played"]);
  });

  test("are stopped by a key, once", async () => {
    const { start, clock, keypad, prompts: told } = openCollecting();
    const collecting = start({ maxDigits: 2, prompts });
    await clock.advance(100);
    keypad.press("1");
    await clock.advance(100);
    expect(told).toEqual(["played", "canceled"]);
    keypad.press("2");
    expect(inClear(await collecting)).toBe("12 maxDigits");
    await clock.advance(PROMPT_MS);
    expect(told).toEqual(["played", "canceled"]);
  });

  test("are stopped when the collect ends otherwise", async () => {
    const { start, clock, prompts: told } = openCollecting();
    const collecting = start({ maxDigits: 2, prompts, timeoutMs: 1000 });
    await clock.advance(1000);
    expect(inClear(await collecting)).toBe(" timeout");
    expect(told).toEqual(["played", "canceled"]);
  });

  test("are left out for whoever has typed ahead", async () => {
    const { start, keypad, prompts: told } = openCollecting();
    keypad.press("1");
    await Promise.resolve();
    expect(inClear(await start({ maxDigits: 1, prompts }))).toBe("1 maxDigits");
    expect(told).toEqual([]);
  });

  test("are not stopped before Graph has taken them", async () => {
    let accept = (): void => {};
    const accepted = new Promise<void>((resolve) => {
      accept = resolve;
    });
    const {
      start,
      keypad,
      clock,
      prompts: told,
    } = openCollecting({
      playPrompt: async () => {
        await accepted;
        return { completion: () => new Promise(() => {}) } as never;
      },
    });
    const collecting = start({ maxDigits: 1, prompts });
    await clock.advance(10);
    keypad.press("1");
    expect(inClear(await collecting)).toBe("1 maxDigits");
    expect(told).toEqual([]);
    accept();
    await clock.advance(10);
    expect(told).toEqual(["canceled"]);
  });
});

describe("maxAttempts", () => {
  test("begin anew after silence and after invalid entries, with the prompts", async () => {
    const { start, clock, keypad, prompts: told } = openCollecting();
    const collecting = start({ maxDigits: 4, minDigits: 2, allowed: "123", prompts, maxAttempts: 4 });
    await clock.advance(PROMPT_MS + 10_000); // silence
    keypad.press("1#"); // too short
    await clock.advance(100);
    keypad.press("129"); // not allowed
    await clock.advance(100);
    keypad.press("31#");
    expect(inClear(await collecting)).toBe("31 terminator");
    expect(told.filter((one) => one === "played")).toHaveLength(4);
  });

  test("end", async () => {
    const { start, clock } = openCollecting();
    const collecting = start({ maxDigits: 4, firstDigitTimeoutMs: 1000, maxAttempts: 3 });
    await clock.advance(2999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(inClear(await collecting)).toBe(" firstDigitTimeout");
  });

  test("are for entries that ended too short by their time, too", async () => {
    const { start, clock, keypad } = openCollecting();
    const collecting = start({ maxDigits: 4, minDigits: 4, maxAttempts: 2 });
    keypad.press("12");
    await clock.advance(5_000);
    keypad.press("34");
    await clock.advance(5_000);
    expect(inClear(await collecting)).toBe("34 interDigitTimeout");
  });
});

describe("what Graph refuses", () => {
  test("is thrown, and takes no keys", async () => {
    const { start, keypad, inbox } = openCollecting({ playPrompt: () => Promise.reject(refusal(403)) });
    await expect(start({ maxDigits: 1, prompts })).rejects.toMatchObject({ status: 403 });
    const other = openCollecting({ subscribe: () => Promise.reject(refusal(403)) });
    await expect(other.start({ maxDigits: 1 })).rejects.toMatchObject({ status: 403 });
    keypad.press("1");
    await Promise.resolve();
    expect(inbox.take()?.tone).toBe("tone1");
  });

  test("because the call is over is no error", async () => {
    const { start } = openCollecting({ subscribe: () => Promise.reject(refusal(404)) });
    expect(inClear(await start({ maxDigits: 1 }))).toBe(" callEnded");
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
])("refuses %j at once", async (options, code) => {
  await expect(openCollecting().start(options as CollectOptions)).rejects.toMatchObject({ code });
});
