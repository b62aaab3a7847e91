import fc from "fast-check";
import { expect, it } from "vitest";
import { Few } from "./few.ts";

it("holds what a map would, in the same order", () => {
  const key = fc.constantFrom("a", "b", "c");
  const step = fc.oneof(fc.record({ key, value: fc.nat(9) }), fc.record({ key, value: fc.constant(undefined) }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const few = new Few<number>();
      const map = new Map<string, number>();
      for (const { key, value } of steps) {
        if (value === undefined) few.delete(key);
        else few.set(key, value);
        if (value === undefined) map.delete(key);
        else map.set(key, value);
        expect([...few.values()]).toEqual([...map.values()]);
        expect(few.size).toBe(map.size);
        for (const name of ["a", "b", "c"]) expect(few.get(name)).toBe(map.get(name));
      }
    }),
  );
});

it("lets whoever looks at one delete it", () => {
  const few = new Few<string>();
  for (const key of ["a", "b", "c"]) few.set(key, key);
  const met: string[] = [];
  for (const value of few.values()) {
    met.push(value);
    few.delete(value);
  }
  expect([met, [...few.values()]]).toEqual([["a", "b", "c"], []]);
});
