import { getEventListeners } from "node:events";
import { createManualClock } from "@graph-dtmf/models/testing";
import { describe, expect, it } from "vitest";
import { DeadlineExceededError, RequestDeadline } from "./request-deadline.ts";

const never = new Promise<never>(() => {});

/** A patience of 30 s, and all that can end it. */
function start({ timeoutMs = 30_000 } = {}) {
  const clock = createManualClock();
  const [caller, client] = [new AbortController(), new AbortController()];
  const patience = new RequestDeadline({ clock, timeoutMs, signal: caller.signal, closing: client.signal });
  const listeners = (): number =>
    getEventListeners(caller.signal, "abort").length + getEventListeners(client.signal, "abort").length;
  return { clock, caller, client, patience, listeners };
}

/** Collects rejections that nobody handled while `act` ran. */
async function unhandledDuring(act: () => Promise<unknown>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  await act();
  // Node reports them after a turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", note);
  return unhandled;
}

describe("leftMs", () => {
  it("runs down with the clock, to 0 and not below", async () => {
    const { clock, patience } = start();
    expect(patience.remainingMs).toBe(30_000);
    await clock.advance(29_999);
    expect(patience.remainingMs).toBe(1);
    await clock.advance(1);
    expect(patience.remainingMs).toBe(0);
    await clock.advance(1);
    expect(patience.remainingMs).toBe(0);
  });
});

describe("check", () => {
  it("passes as long as nobody wanted an end, out of time too", async () => {
    const { clock, patience } = start();
    await clock.advance(60_000);
    expect(() => patience.throwIfAborted()).not.toThrow();
  });

  it("throws aborted with the caller's reason, or closed", () => {
    const aborted = start();
    aborted.caller.abort("enough");
    expect(() => aborted.patience.throwIfAborted()).toThrow(
      expect.objectContaining({ code: "aborted", cause: "enough" }),
    );
    const closed = start();
    closed.client.abort();
    expect(() => closed.patience.throwIfAborted()).toThrow(expect.objectContaining({ code: "closed" }));
  });
});

describe("until", () => {
  it("gives what the promise gives, and throws what it throws", async () => {
    const { patience } = start();
    expect(await patience.waitFor(Promise.resolve(7))).toBe(7);
    await expect(patience.waitFor(Promise.reject(new Error("no")))).rejects.toThrow("no");
  });

  it("takes what is there already, with no time left too", async () => {
    const { patience } = start({ timeoutMs: 0 });
    expect(await patience.waitFor(Promise.resolve(7))).toBe(7);
  });

  it("ends when the time is over, and not before", async () => {
    const { clock, patience } = start();
    let ended: unknown;
    void patience.waitFor(never).catch((reason: unknown) => {
      ended = reason;
    });
    await clock.advance(29_999);
    expect(ended).toBeUndefined();
    await clock.advance(1);
    expect(ended).toBeInstanceOf(DeadlineExceededError);
    expect(ended).toMatchObject({ code: "ETIMEDOUT" });
  });

  it("ends with the caller's signal, or with the client, while it waits", async () => {
    const { patience, caller } = start();
    const waiting = patience.waitFor(never);
    caller.abort("enough");
    await expect(waiting).rejects.toMatchObject({ code: "aborted", cause: "enough" });
    const other = start();
    const otherWaiting = other.patience.waitFor(never);
    other.client.abort();
    await expect(otherWaiting).rejects.toMatchObject({ code: "closed" });
  });

  it("ends at once if it was over before", async () => {
    const { patience, caller } = start();
    caller.abort();
    await expect(patience.waitFor(Promise.resolve(7))).rejects.toMatchObject({ code: "aborted" });
  });

  it("leaves no rejection unhandled, however it ended before the promise", async () => {
    const before = start();
    before.caller.abort();
    const during = start();
    const unhandled = await unhandledDuring(async () => {
      await before.patience.waitFor(Promise.reject(new Error("no token"))).catch(() => {});
      let fail = (_: unknown): void => {};
      const late = new Promise<never>((_, reject) => {
        fail = reject;
      });
      const waiting = during.patience.waitFor(late);
      during.caller.abort();
      await waiting.catch(() => {});
      fail(new Error("no token"));
    });
    expect(unhandled).toEqual([]);
  });

  it("leaves neither timer nor listener behind, however it ended", async () => {
    const { clock, patience, caller, listeners } = start();
    await patience.waitFor(Promise.resolve());
    await patience.waitFor(Promise.reject(new Error("no"))).catch(() => {});
    expect([clock.pending, listeners()]).toEqual([0, 0]);
    const waiting = patience.waitFor(never);
    expect([clock.pending, listeners()]).toEqual([1, 2]);
    caller.abort();
    await waiting.catch(() => {});
    await patience.waitFor(never).catch(() => {});
    expect([clock.pending, listeners()]).toEqual([0, 0]);
  });

  it("needs no signal of the caller's", async () => {
    const clock = createManualClock();
    const patience = new RequestDeadline({ clock, timeoutMs: 5, closing: new AbortController().signal });
    const waiting = patience.waitFor(never).catch((reason: unknown) => reason);
    await clock.advance(5);
    expect(await waiting).toBeInstanceOf(DeadlineExceededError);
  });

  it("waits a thousand times on one signal without a warning of a leak", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on("warning", note);
    const { patience, client, listeners } = start();
    const waiting = Array.from({ length: 1_000 }, () => patience.waitFor(never).catch(() => {}));
    expect(listeners()).toBe(2);
    await new Promise((resolve) => setImmediate(resolve));
    client.abort();
    await Promise.all(waiting);
    process.off("warning", note);
    expect(warnings).toEqual([]);
    expect(listeners()).toBe(0);
  });
});

describe("sleep", () => {
  it("lasts as long as it was told to", async () => {
    const { clock, patience } = start();
    let awake = false;
    void patience.sleep(5_000, never).then(() => {
      awake = true;
    });
    await clock.advance(4_999);
    expect(awake).toBe(false);
    await clock.advance(1);
    expect(awake).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it("ends early when something wakes it, and leaves no timer", async () => {
    const { clock, patience, listeners } = start();
    await patience.sleep(5_000, Promise.resolve("heard"));
    expect([clock.pending, listeners()]).toEqual([0, 0]);
  });

  it("ends as until does, and leaves no timer", async () => {
    const { clock, patience, caller, listeners } = start();
    const sleeping = patience.sleep(5_000, never);
    caller.abort();
    await expect(sleeping).rejects.toMatchObject({ code: "aborted" });
    await expect(patience.sleep(5_000, never)).rejects.toMatchObject({ code: "aborted" });
    expect([clock.pending, listeners()]).toEqual([0, 0]);
  });
});
