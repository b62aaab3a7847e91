import { createManualClock } from "@graph-dtmf/models/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DeadlineExceededError, RequestDeadline } from "../delivery/request-deadline.ts";
import { CallLocks } from "./call-lock.ts";

const closing = new AbortController().signal;

function start() {
  const clock = createManualClock();
  const locks = new CallLocks();
  const deadline = (timeoutMs = 30_000, signal?: AbortSignal): RequestDeadline =>
    new RequestDeadline({ clock, closing, timeoutMs, signal });
  return { clock, locks, deadline };
}

/** Waits until the callbacks of settled promises have run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("CallLocks", () => {
  it("grants a free lock at once, even without time left", async () => {
    const { locks, deadline } = start();
    expect(await locks.acquire("call", deadline(0))).toBeTypeOf("function");
  });

  it("grants a lock to one holder at a time, in the order of acquisition", async () => {
    const { locks, deadline } = start();
    const order: string[] = [];
    const useLock = async (name: string): Promise<void> => {
      const release = await locks.acquire("call", deadline());
      order.push(`${name} acquires`);
      await settle();
      order.push(`${name} releases`);
      release();
    };
    await Promise.all(["a", "b", "c"].map(useLock));
    expect(order).toEqual(["a acquires", "a releases", "b acquires", "b releases", "c acquires", "c releases"]);
  });

  it("grants the locks of different calls independently", async () => {
    const { locks, deadline } = start();
    await locks.acquire("call", deadline());
    expect(await locks.acquire("another", deadline())).toBeTypeOf("function");
  });

  it("removes locks without holder and waiters", async () => {
    const { locks, deadline } = start();
    const release = await locks.acquire("call", deadline());
    const next = locks.acquire("call", deadline());
    expect(locks.size).toBe(1);
    release();
    (await next)();
    await settle();
    expect(locks.size).toBe(0);
  });

  it("queues a waiter that arrives while the second holder has the lock", async () => {
    const { locks, deadline } = start();
    const release = await locks.acquire("call", deadline());
    const second = locks.acquire("call", deadline());
    release();
    await second;
    await settle();
    let thirdHasLock = false;
    void locks.acquire("call", deadline()).then(() => {
      thirdHasLock = true;
    });
    await settle();
    expect(thirdHasLock).toBe(false);
  });

  it("ignores a second release", async () => {
    const { locks, deadline } = start();
    const release = await locks.acquire("call", deadline());
    const second = locks.acquire("call", deadline());
    let thirdHasLock = false;
    void locks.acquire("call", deadline()).then(() => {
      thirdHasLock = true;
    });
    release();
    release();
    await second;
    await settle();
    expect(thirdHasLock).toBe(false);
  });
});

describe("a wait that ends early", () => {
  it("keeps the order of the other waiters", async () => {
    const { clock, locks, deadline } = start();
    const release = await locks.acquire("call", deadline());
    const aborted = new AbortController();
    const second = locks.acquire("call", deadline(30_000, aborted.signal));
    const third = locks.acquire("call", deadline(1_000));
    let fourthHasLock = false;
    const fourth = locks.acquire("call", deadline()).then((release) => {
      fourthHasLock = true;
      return release;
    });
    aborted.abort();
    await expect(second).rejects.toMatchObject({ code: "aborted" });
    const late = third.catch((reason: unknown) => reason);
    await clock.advance(1_000);
    expect(await late).toBeInstanceOf(DeadlineExceededError);
    await settle();
    expect(fourthHasLock).toBe(false);
    release();
    (await fourth)();
    await settle();
    expect([locks.size, clock.pending]).toEqual([0, 0]);
  });

  it("passes the lock on if it was granted when the wait ended", async () => {
    const { locks, deadline } = start();
    const release = await locks.acquire("call", deadline());
    const aborted = new AbortController();
    const second = locks.acquire("call", deadline(30_000, aborted.signal));
    const third = locks.acquire("call", deadline());
    await settle();
    release();
    aborted.abort();
    await expect(second).rejects.toMatchObject({ code: "aborted" });
    (await third)();
    await settle();
    expect(locks.size).toBe(0);
  });

  it("ends at once if the caller's signal was already aborted", async () => {
    const { locks, deadline } = start();
    await expect(locks.acquire("call", deadline(30_000, AbortSignal.abort()))).rejects.toMatchObject({
      code: "aborted",
    });
    expect(await locks.acquire("call", deadline(0))).toBeTypeOf("function");
  });
});

describe("under any order of events", () => {
  it("has at most one holder, serves every waiter that stays, and leaves nothing behind", async () => {
    /** The behaviour of each waiter, in turns: its arrival, how long it holds the lock, and its timeout. */
    const waiter = fc.record({
      arrivesAfter: fc.nat(4),
      holdsFor: fc.nat(3),
      abortsAfter: fc.option(fc.nat(6), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(waiter, { maxLength: 12 }), async (waiters) => {
        const { clock, locks, deadline } = start();
        let holders = 0;
        let arrivals = 0;
        const granted: number[] = [];
        await Promise.all(
          waiters.map(async ({ arrivesAfter, holdsFor, abortsAfter }) => {
            await turns(arrivesAfter);
            const arrival = arrivals++;
            const controller = new AbortController();
            if (abortsAfter !== undefined) void turns(abortsAfter).then(() => controller.abort());
            try {
              const release = await locks.acquire("call", deadline(30_000, controller.signal));
              expect(++holders).toBe(1);
              granted.push(arrival);
              await turns(holdsFor);
              holders--;
              release();
            } catch (error) {
              expect(abortsAfter).toBeDefined();
              expect(error).toMatchObject({ code: "aborted" });
            }
          }),
        );
        await settle();
        expect(granted).toEqual(granted.toSorted((one, other) => one - other));
        expect([locks.size, clock.pending]).toEqual([0, 0]);
      }),
      { numRuns: 50 },
    );
  });

  async function turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) await settle();
  }
});
