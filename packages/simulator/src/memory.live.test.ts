import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestSetup, type TestSetup } from "./__fixtures__/test-setup.ts";

// This test is alone in its file, and so in its process, because it measures the heap of the process.

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const CALLS = 1000;
/** Concurrent requests. The client keeps their connections, which also use memory. */
const AT_ONCE = 50;

let setup: TestSetup;
beforeAll(async () => {
  setup = await createTestSetup();
});
afterAll(() => setup.close());

async function heapKiB(): Promise<number> {
  await setup.simulator.settled();
  setup.bot.received.length = 0;
  for (let times = 0; times < 5; times++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed / 1024;
}

async function inBatches<T>(work: (index: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  while (done.length < CALLS) {
    done.push(...(await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => work(done.length + index)))));
  }
  return done;
}

/**
 * Makes a thousand concurrent calls with tones. Returns the heap size during the calls, after them, and after a
 * reset.
 */
async function measureCalls(): Promise<{ upKiB: number; overKiB: number; resetKiB: number }> {
  const { client, clock, simulator } = setup;
  await client.authenticate();
  const ids = await inBatches(() => client.createCall());
  await clock.advance(500);
  await inBatches((index) =>
    client.sendTones(ids[index] ?? "", { tones: ["tone1", "tone2"], clientContext: `${index}` }),
  );
  await clock.advance(150);
  expect(ids.every((id) => simulator.call(id).heard.length === 1)).toBe(true);
  const upKiB = await heapKiB();
  await clock.advance(50);
  for (const id of ids) simulator.call(id).hangUp();
  const overKiB = await heapKiB();
  expect(simulator.undelivered).toEqual([]);
  await simulator.reset();
  return { upKiB, overKiB, resetKiB: await heapKiB() };
}

test("a thousand ended calls occupy little memory, and almost none after a reset", async () => {
  const { resetKiB: beforeKiB } = await measureCalls();
  const { upKiB, overKiB, resetKiB } = await measureCalls();
  const [up, over, reset] = [upKiB, overKiB, resetKiB].map((kib) => (kib - beforeKiB) / CALLS) as [
    number,
    number,
    number,
  ];
  console.log(
    `KiB per call: ${up.toFixed(1)} during the call, ${over.toFixed(1)} after its end, ${reset.toFixed(1)} after a reset`,
  );
  expect(over).toBeLessThan(Math.min(up, 8));
  expect(reset).toBeLessThan(0.7);
  expect(setup.clock.pending).toBe(0);
});
