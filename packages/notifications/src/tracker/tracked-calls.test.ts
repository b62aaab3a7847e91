import { describe, expect, it } from "vitest";
import { waitIn } from "../__fixtures__/wait-in.ts";
import { TrackedCalls } from "./tracked-calls.ts";

const held = (calls: TrackedCalls): number => [...calls].length;

describe("what is known of calls", () => {
  it("is forgotten with the oldest ends once there are more than 10,000", () => {
    const calls = new TrackedCalls();
    for (let n = 0; n < 10_001; n++) calls.endCall(calls.of(`call ${n}`), {});
    expect([held(calls), calls.find("call 0"), calls.find("call 1")?.id]).toEqual([10_000, undefined, "call 1"]);
  });

  it("is nothing once nobody waits in a call that has not ended", () => {
    const calls = new TrackedCalls();
    const [one, other, third] = ["1", "2", "3"].map((context) => waitIn(calls.of("call"), context, calls));
    expect([held(calls), calls.pending]).toEqual([1, 3]);
    one?.due();
    other?.abandon();
    expect([held(calls), calls.pending]).toEqual([1, 1]);
    third?.hear({ id: "3", status: "completed" });
    expect([held(calls), calls.pending]).toEqual([0, 0]);
  });
});
