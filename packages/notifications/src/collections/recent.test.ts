import { createManualClock } from "@graph-dtmf/models/testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import { Recent } from "./recent.ts";

const WINDOW_MS = 100;
const MOST = 4;

const key = fc.constantFrom("a", "b", "c", "d", "e", "f");
const step = fc.oneof(
  fc.record({ does: fc.constant("set" as const), key, value: fc.nat(9) }),
  fc.record({ does: fc.constant("delete" as const), key }),
  fc.record({ does: fc.constant("wait" as const), ms: fc.nat(60) }),
);

it("remembers as much, and for as long, as a list would that is searched through", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = createManualClock();
      const recent = new Recent<number>({ clock, windowMs: WINDOW_MS, most: MOST });
      let list: { key: string; value: number; untilMs: number }[] = [];
      for (const next of steps) {
        if (next.does === "wait") await clock.advance(next.ms);
        if (next.does === "delete") recent.delete(next.key);
        if (next.does === "set") recent.set(next.key, next.value);
        if (next.does !== "wait") list = list.filter((met) => met.key !== next.key);
        if (next.does === "set") list.push({ ...next, untilMs: clock.now() + WINDOW_MS });
        list = list.slice(-MOST).filter(({ untilMs }) => untilMs > clock.now());
        for (const name of "abcdef") expect(recent.get(name)).toBe(list.find((met) => met.key === name)?.value);
      }
    }),
    { numRuns: 500 },
  );
});
