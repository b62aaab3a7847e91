import { expect, test } from "vitest";
import { createBatcher } from "./batcher.ts";

/** Doubles numbers and records which of them were batched together. Odd numbers are a separate shard. */
function doubling(fail: (item: number) => Error | undefined = () => undefined) {
  const calls: (readonly number[])[] = [];
  const double = createBatcher<number, number>({
    shardOf: (item) => (item % 2 === 0 ? "even" : "odd"),
    async run(items) {
      calls.push(items);
      return items.map((item) => fail(item) ?? item * 2);
    },
  });
  return { calls, double };
}

test("items of one event loop iteration share a call per shard, and each gets its own reply", async () => {
  const { calls, double } = doubling();
  expect(await Promise.all([2, 3, 4, 5].map(double))).toEqual([4, 6, 8, 10]);
  expect(calls).toEqual([
    [2, 4],
    [3, 5],
  ]);
});

test("later items are in a later call", async () => {
  const { calls, double } = doubling();
  await double(2);
  await double(4);
  expect(calls).toEqual([[2], [4]]);
});

test("one call has at most 256 items", async () => {
  const { calls, double } = doubling();
  await Promise.all(Array.from({ length: 600 }, (_, n) => double(n * 2)));
  expect(calls.map(({ length }) => length)).toEqual([256, 256, 88]);
});

test("an item that fails does not affect the others", async () => {
  const { double } = doubling((item) => (item === 4 ? new Error("four") : undefined));
  const [two, four, six] = await Promise.allSettled([2, 4, 6].map(double));
  expect([two, six]).toEqual([
    { status: "fulfilled", value: 4 },
    { status: "fulfilled", value: 12 },
  ]);
  expect(four).toMatchObject({ status: "rejected", reason: new Error("four") });
});

test("a call that fails rejects all its items, and missing replies reject their items", async () => {
  const broken = createBatcher<number, number>({ shardOf: () => "", run: () => Promise.reject(new Error("gone")) });
  for (const { status } of await Promise.allSettled([1, 2].map(broken))) expect(status).toBe("rejected");
  const short = createBatcher<number, number>({ shardOf: () => "", run: async () => [7] });
  const [first, second] = await Promise.allSettled([1, 2].map(short));
  expect([first?.status, second?.status]).toEqual(["fulfilled", "rejected"]);
});
