import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PassingMap } from "./passing-map.ts";

describe("a map whose entries come and go", () => {
  it("holds what a map holds, in its order, however often it begins anew", () => {
    const steps = fc.array(fc.tuple(fc.nat({ max: 9 }), fc.boolean()), { minLength: 1_000, maxLength: 3_000 });
    fc.assert(
      fc.property(steps, (all) => {
        const map = new PassingMap<number, { n: number }>();
        const model = new Map<number, { n: number }>();
        for (const [step, [key, isSet]] of all.entries()) {
          if (isSet) map.set(key, { n: step });
          else map.delete(key);
          if (isSet) model.set(key, { n: step });
          else model.delete(key);
          expect([map.size, map.get(key)]).toEqual([model.size, model.get(key)]);
        }
        expect([...map.values()]).toEqual([...model.values()]);
      }),
      { numRuns: 10 },
    );
  });

  it("lets all be deleted by whoever goes through it", () => {
    const map = new PassingMap<number, { n: number }>();
    for (let n = 0; n < 1_000; n++) map.set(n, { n });
    const met: number[] = [];
    for (const { n } of map.values()) {
      met.push(n);
      map.delete(n);
    }
    expect([met.length, map.size]).toEqual([1_000, 0]);
  });
});
