import { expect, test } from "vitest";
import { createTestSetup } from "./__fixtures__/test-setup.ts";

// Alone in its file, and so in its process: it counts what the process holds.
test("close leaves no timer, no socket and no listener", async () => {
  const held = (): string[] => process.getActiveResourcesInfo().filter((kind) => /tcp/i.test(kind));
  const before = held();
  const { simulator, client, bot, clock } = await createTestSetup();
  bot.status = "never";
  const callId = await client.createCall();
  await bot.waitForCount(1);
  await clock.advance(500);
  await client.sendTones(callId, { tones: ["tone1", "tone2"] });
  expect(held().length).toBeGreaterThan(before.length + 2);
  // The tone that sounds, and the time until which the call must be kept alive.
  expect(clock.pending).toBe(2);

  await simulator.close();
  expect(clock.pending).toBe(0);
  await expect(fetch(simulator.url)).rejects.toThrow();
  await bot.close();
  // The handles go with the turn of the loop in which they are closed.
  for (let turns = 0; turns < 100 && held().length > before.length; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(held()).toEqual(before);
  await simulator.settled();
  // What was broken off from here failed nobody.
  expect(simulator.undelivered).toEqual([]);
  expect(bot.summarize(callId)).toEqual(["updated establishing"]);
});
