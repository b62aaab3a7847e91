import { formatTones } from "@graph-dtmf/models";
import { array, assert, asyncProperty, constantFrom, integer, option, record } from "fast-check";
import { expect, test } from "vitest";
import { startCollect } from "./__fixtures__/start-collect.ts";
import type { CollectOptions } from "./collect-options.ts";

const prompts = [{ uri: "https://bot.contoso.com/pin.wav" }];
const flushPromises = () => new Promise((resolve) => setImmediate(resolve));
const ms = (max: number) => integer({ min: 0, max });
const presses = array(record({ afterMs: ms(1500), key: constantFrom(..."0123#") }), { maxLength: 20 });
const collects = array(
  record<CollectOptions & { abortAfterMs?: number; idleMs: number }>(
    {
      maxDigits: integer({ min: 1, max: 4 }),
      minDigits: constantFrom(0, 1),
      firstDigitTimeoutMs: ms(3000),
      interDigitTimeoutMs: ms(2000),
      timeoutMs: ms(5000),
      prompts: constantFrom([], prompts),
      abortAfterMs: ms(4000),
      idleMs: ms(1000),
    },
    { requiredKeys: ["maxDigits", "idleMs"] },
  ),
  { minLength: 1, maxLength: 6 },
);

test("every collect ends, whenever keys arrive, and no key is lost or taken twice between collects", async () => {
  await assert(
    asyncProperty(presses, collects, option(ms(8000), { nil: undefined }), async (pressed, plans, hangUpAfterMs) => {
      const { clock, keypad, toneQueue, start } = startCollect();
      let keys = "";
      let atMs = 0;
      for (const { afterMs, key } of pressed) {
        atMs += afterMs;
        if (hangUpAfterMs !== undefined && atMs >= hangUpAfterMs) break;
        keys += key;
        clock.after(atMs, () => keypad.press(key));
      }
      if (hangUpAfterMs !== undefined) clock.after(hangUpAfterMs, () => keypad.hangUp());
      let taken = "";
      for (const { idleMs, abortAfterMs, ...options } of plans) {
        await clock.advance(idleMs);
        const stop = new AbortController();
        if (abortAfterMs !== undefined) clock.after(abortAfterMs, () => stop.abort());
        let isSettled = false;
        const collecting = start({ ...options, signal: stop.signal }).finally(() => {
          isSettled = true;
        });
        // The longest duration: the prompts, the timeout of the first key, and the timeouts of the further keys.
        await clock.advance(3000 + 10_000 + 4 * 5000);
        await flushPromises();
        expect(isSettled).toBe(true);
        const { digits, endedBy } = await collecting;
        taken += formatTones(digits);
        if (endedBy === "terminator") taken += "#";
      }
      await clock.advance(60_000);
      for (let key = toneQueue.take(); key; key = toneQueue.take()) {
        taken += formatTones([key.tone]);
        await flushPromises();
      }
      expect(taken).toBe(keys);
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 300 },
  );
}, 60_000);
