import { expect, test } from "vitest";
import { createTestSetup } from "./__fixtures__/test-setup.ts";

// This test is alone in its file, and so in its process, because it counts the resources of the process.
test("close leaves no timer, socket or listener", async () => {
  const openSockets = (): string[] => process.getActiveResourcesInfo().filter((kind) => /tcp/i.test(kind));
  const before = openSockets();
  const { simulator, client, bot, clock } = await createTestSetup();
  bot.status = "never";
  const callId = await client.createCall();
  await bot.waitForCount(1);
  await clock.advance(500);
  await client.sendTones(callId, { tones: ["tone1", "tone2"] });
  expect(openSockets().length).toBeGreaterThan(before.length + 2);
  // Two timers are pending: the current tone and the keepAlive limit.
  expect(clock.pending).toBe(2);

  await simulator.close();
  expect(clock.pending).toBe(0);
  await expect(fetch(simulator.url)).rejects.toThrow();
  await bot.close();
  // Node.js removes closed handles at the end of the event loop's turn.
  for (let rounds = 0; rounds < 100 && openSockets().length > before.length; rounds++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(openSockets()).toEqual(before);
  await simulator.settled();
  // A delivery that was aborted by the simulator is no failure of the bot.
  expect(simulator.undelivered).toEqual([]);
  expect(bot.summarize(callId)).toEqual(["updated establishing"]);
});
