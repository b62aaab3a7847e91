import { createManualClock } from "@graph-dtmf/models/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DeadlineExceededError, RequestDeadline } from "../delivery/request-deadline.ts";
import { CallLocks } from "./call-lock.ts";

const closing = new AbortController().signal;

function start() {
  const clock = createManualClock();
  const queue = new CallLocks();
  const patience = (timeoutMs = 30_000, signal?: AbortSignal): RequestDeadline =>
    new RequestDeadline({ clock, closing, timeoutMs, signal });
  return { clock, queue, patience };
}

/** Lets promises that are settled run their course. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a call's queue", () => {
  it("lets the first in at once, with no time to wait too", async () => {
    const { queue, patience } = start();
    expect(await queue.acquire("call", patience(0))).toBeTypeOf("function");
  });

  it("lets one in at a time, in the order in which they came", async () => {
    const { queue, patience } = start();
    const order: string[] = [];
    const act = async (name: string): Promise<void> => {
      const leave = await queue.acquire("call", patience());
      order.push(`${name} in`);
      await settle();
      order.push(`${name} out`);
      leave();
    };
    await Promise.all(["a", "b", "c"].map(act));
    expect(order).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
  });

  it("never makes one call wait for another", async () => {
    const { queue, patience } = start();
    await queue.acquire("call", patience());
    expect(await queue.acquire("another", patience())).toBeTypeOf("function");
  });

  it("forgets calls that nobody waits for", async () => {
    const { queue, patience } = start();
    const leave = await queue.acquire("call", patience());
    const next = queue.acquire("call", patience());
    expect(queue.size).toBe(1);
    leave();
    (await next)();
    await settle();
    expect(queue.size).toBe(0);
  });

  it("is still one where somebody comes while the second is in", async () => {
    const { queue, patience } = start();
    const leave = await queue.acquire("call", patience());
    const second = queue.acquire("call", patience());
    leave();
    await second;
    await settle();
    let thirdIsIn = false;
    void queue.acquire("call", patience()).then(() => {
      thirdIsIn = true;
    });
    await settle();
    expect(thirdIsIn).toBe(false);
  });

  it("takes being left twice for being left", async () => {
    const { queue, patience } = start();
    const leave = await queue.acquire("call", patience());
    const second = queue.acquire("call", patience());
    let thirdIsIn = false;
    void queue.acquire("call", patience()).then(() => {
      thirdIsIn = true;
    });
    leave();
    leave();
    await second;
    await settle();
    expect(thirdIsIn).toBe(false);
  });
});

describe("a place that is given up", () => {
  it("lets those behind it in only after those before it", async () => {
    const { clock, queue, patience } = start();
    const leave = await queue.acquire("call", patience());
    const aborted = new AbortController();
    const second = queue.acquire("call", patience(30_000, aborted.signal));
    const third = queue.acquire("call", patience(1_000));
    let fourthIsIn = false;
    const fourth = queue.acquire("call", patience()).then((leave) => {
      fourthIsIn = true;
      return leave;
    });
    aborted.abort();
    await expect(second).rejects.toMatchObject({ code: "aborted" });
    const late = third.catch((reason: unknown) => reason);
    await clock.advance(1_000);
    expect(await late).toBeInstanceOf(DeadlineExceededError);
    await settle();
    expect(fourthIsIn).toBe(false);
    leave();
    (await fourth)();
    await settle();
    expect([queue.size, clock.pending]).toEqual([0, 0]);
  });

  it("is handed on where it came at the moment that it was given up", async () => {
    const { queue, patience } = start();
    const leave = await queue.acquire("call", patience());
    const aborted = new AbortController();
    const second = queue.acquire("call", patience(30_000, aborted.signal));
    const third = queue.acquire("call", patience());
    await settle();
    leave();
    aborted.abort();
    await expect(second).rejects.toMatchObject({ code: "aborted" });
    (await third)();
    await settle();
    expect(queue.size).toBe(0);
  });

  it("is given up at once where the caller had ended it before", async () => {
    const { queue, patience } = start();
    await expect(queue.acquire("call", patience(30_000, AbortSignal.abort()))).rejects.toMatchObject({
      code: "aborted",
    });
    expect(await queue.acquire("call", patience(0))).toBeTypeOf("function");
  });
});

describe("under any order of events", () => {
  it("at most one is in, everybody who stays gets in, and nothing is left behind", async () => {
    /** How each one behaves, in turns: when it comes, how long it stays, and how long it waits at most. */
    const visitor = fc.record({
      comesAfter: fc.nat(4),
      stays: fc.nat(3),
      givesUpAfter: fc.option(fc.nat(6), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(visitor, { maxLength: 12 }), async (visitors) => {
        const { clock, queue, patience } = start();
        let inside = 0;
        let came = 0;
        const entered: number[] = [];
        await Promise.all(
          visitors.map(async ({ comesAfter, stays, givesUpAfter }) => {
            await turns(comesAfter);
            const place = came++;
            const controller = new AbortController();
            if (givesUpAfter !== undefined) void turns(givesUpAfter).then(() => controller.abort());
            try {
              const leave = await queue.acquire("call", patience(30_000, controller.signal));
              expect(++inside).toBe(1);
              entered.push(place);
              await turns(stays);
              inside--;
              leave();
            } catch (error) {
              expect(givesUpAfter).toBeDefined();
              expect(error).toMatchObject({ code: "aborted" });
            }
          }),
        );
        await settle();
        expect(entered).toEqual(entered.toSorted((one, other) => one - other));
        expect([queue.size, clock.pending]).toEqual([0, 0]);
      }),
      { numRuns: 50 },
    );
  });

  async function turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) await settle();
  }
});
