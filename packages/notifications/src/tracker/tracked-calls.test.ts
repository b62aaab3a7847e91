import { describe, expect, it } from "vitest";
import { trackOperation } from "../__fixtures__/track-operation.ts";
import { TrackedCalls } from "./tracked-calls.ts";

const count = (calls: TrackedCalls): number => [...calls].length;

describe("TrackedCalls", () => {
  it("forgets the oldest ended calls above 10,000", () => {
    const calls = new TrackedCalls();
    for (let n = 0; n < 10_001; n++) calls.endCall(calls.getOrCreate(`call ${n}`), {});
    expect([count(calls), calls.get("call 0"), calls.get("call 1")?.id]).toEqual([10_000, undefined, "call 1"]);
  });

  it("forgets a call that has not ended with its last pending operation", () => {
    const calls = new TrackedCalls();
    const [one, other, third] = ["1", "2", "3"].map((context) =>
      trackOperation(calls.getOrCreate("call"), context, calls),
    );
    expect([count(calls), calls.pending]).toEqual([1, 3]);
    one?.expire();
    other?.abandon();
    expect([count(calls), calls.pending]).toEqual([1, 1]);
    third?.apply({ id: "3", status: "completed" });
    expect([count(calls), calls.pending]).toEqual([0, 0]);
  });
});
