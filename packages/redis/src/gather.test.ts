import { expect, test } from "vitest";
import { gather } from "./gather.ts";

/** Doubles numbers, and remembers which were doubled together; the odd ones are a lane of their own. */
function doubling(fail: (item: number) => Error | undefined = () => undefined) {
  const calls: (readonly number[])[] = [];
  const double = gather<number, number>({
    laneOf: (item) => (item % 2 === 0 ? "even" : "odd"),
    async run(items) {
      calls.push(items);
      return items.map((item) => fail(item) ?? item * 2);
    },
  });
  return { calls, double };
}

test("what is asked for in one turn is done in one call a lane, and each gets its own reply", async () => {
  const { calls, double } = doubling();
  expect(await Promise.all([2, 3, 4, 5].map(double))).toEqual([4, 6, 8, 10]);
  expect(calls).toEqual([
    [2, 4],
    [3, 5],
  ]);
});

test("what is asked for later is done later", async () => {
  const { calls, double } = doubling();
  await double(2);
  await double(4);
  expect(calls).toEqual([[2], [4]]);
});

test("one call takes no more than 256", async () => {
  const { calls, double } = doubling();
  await Promise.all(Array.from({ length: 600 }, (_, n) => double(n * 2)));
  expect(calls.map(({ length }) => length)).toEqual([256, 256, 88]);
});

test("what fails fails alone", async () => {
  const { double } = doubling((item) => (item === 4 ? new Error("four") : undefined));
  const [two, four, six] = await Promise.allSettled([2, 4, 6].map(double));
  expect([two, six]).toEqual([
    { status: "fulfilled", value: 4 },
    { status: "fulfilled", value: 12 },
  ]);
  expect(four).toMatchObject({ status: "rejected", reason: new Error("four") });
});

test("a call that fails fails all that is in it, and one with too few replies those without", async () => {
  const broken = gather<number, number>({ laneOf: () => "", run: () => Promise.reject(new Error("gone")) });
  for (const { status } of await Promise.allSettled([1, 2].map(broken))) expect(status).toBe("rejected");
  const short = gather<number, number>({ laneOf: () => "", run: async () => [7] });
  const [first, second] = await Promise.allSettled([1, 2].map(short));
  expect([first?.status, second?.status]).toEqual(["fulfilled", "rejected"]);
});
