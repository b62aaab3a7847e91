import { createManualClock } from "@graph-dtmf/models/testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import { BoundedMap } from "./bounded-map.ts";

const MAX_AGE_MS = 100;
const MAX_SIZE = 4;

const key = fc.constantFrom("a", "b", "c", "d", "e", "f");
const step = fc.oneof(
  fc.record({ does: fc.constant("set" as const), key, value: fc.nat(9) }),
  fc.record({ does: fc.constant("delete" as const), key }),
  fc.record({ does: fc.constant("wait" as const), ms: fc.nat(60) }),
);

it.each([true, false])("has the same entries as a list with the same limits (with an age: %s)", async (hasAge) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = createManualClock();
      const evicted: number[] = [];
      const map = new BoundedMap<number>({
        maxSize: MAX_SIZE,
        ...(hasAge && { maxAge: { ms: MAX_AGE_MS, clock } }),
        onEvict: (value) => evicted.push(value),
      });
      let list: { key: string; value: number; expiresAtMs: number }[] = [];
      let kept = 0;
      for (const next of steps) {
        if (next.does === "wait") await clock.advance(next.ms);
        if (next.does === "delete") map.delete(next.key);
        if (next.does === "set") map.set(next.key, next.value);
        if (next.does !== "wait") list = list.filter((entry) => entry.key !== next.key);
        if (next.does === "set") {
          list.push({ ...next, expiresAtMs: hasAge ? clock.now() + MAX_AGE_MS : Infinity });
          kept++;
        }
        list = list.slice(-MAX_SIZE).filter(({ expiresAtMs }) => expiresAtMs > clock.now());
        for (const name of "abcdef") expect(map.get(name)).toBe(list.find((entry) => entry.key === name)?.value);
        expect([...map.values()]).toEqual(list.map(({ value }) => value));
      }
      expect(evicted.length + list.length).toBeLessThanOrEqual(kept);
    }),
    { numRuns: 500 },
  );
});

it("calls onEvict with what the limits remove, oldest first, and not with what is deleted or replaced", () => {
  const evicted: string[] = [];
  const map = new BoundedMap<string>({ maxSize: 2, onEvict: (value) => evicted.push(value) });
  for (const value of ["a1", "b1", "a2", "c1", "d1"]) map.set(value.charAt(0), value);
  map.delete("d");
  expect(evicted).toEqual(["b1", "a2"]);
  expect([...map.values()]).toEqual(["c1"]);
});

it("evicts the oldest after all entries were deleted and others were set", () => {
  const map = new BoundedMap<number>({ maxSize: 1 });
  map.set("a", 1);
  map.set("b", 2);
  map.delete("b");
  map.set("c", 3);
  map.set("d", 4);
  expect([map.get("c"), map.get("d")]).toEqual([undefined, 4]);
});
