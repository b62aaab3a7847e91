import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { BoundedMap } from "./bounded-map.ts";

// A file of its own, and so a process of its own: the test measures the heap.

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function heapMiB(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1024 ** 2;
}

test("entries that are set and deleted leave nothing in memory while an older entry stays", () => {
  const map = new BoundedMap<object>({ maxSize: 10_000, maxAge: { ms: 1_000, clock: { now: () => 0 } } });
  map.set("old", {});
  const setAndDelete = (count: number): void => {
    for (let n = 0; n < count; n++) {
      map.set(`${n}`, { n });
      map.delete(`${n}`);
    }
  };
  setAndDelete(10_000);
  const beforeMiB = heapMiB();
  setAndDelete(400_000);
  expect(heapMiB() - beforeMiB).toBeLessThan(4);
  expect(map.get("old")).toBeDefined();
});
