import { getEventListeners } from "node:events";
import { createManualClock } from "@graph-dtmf/models/testing";
import { describe, expect, it } from "vitest";
import { DeadlineExceededError, RequestDeadline } from "./request-deadline.ts";

const never = new Promise<never>(() => {});

/** A deadline in 30 s, with everything that can end it. */
function start({ timeoutMs = 30_000 } = {}) {
  const clock = createManualClock();
  const [caller, client] = [new AbortController(), new AbortController()];
  const deadline = new RequestDeadline({ clock, timeoutMs, signal: caller.signal, closing: client.signal });
  const listeners = (): number =>
    getEventListeners(caller.signal, "abort").length + getEventListeners(client.signal, "abort").length;
  return { clock, caller, client, deadline, listeners };
}

/** Collects unhandled rejections while `run` runs. */
async function unhandledDuring(run: () => Promise<unknown>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const record = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", record);
  await run();
  // Node.js reports them after one turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", record);
  return unhandled;
}

describe("remainingMs", () => {
  it("decreases to 0 and not below", async () => {
    const { clock, deadline } = start();
    expect(deadline.remainingMs).toBe(30_000);
    await clock.advance(29_999);
    expect(deadline.remainingMs).toBe(1);
    await clock.advance(1);
    expect(deadline.remainingMs).toBe(0);
    await clock.advance(1);
    expect(deadline.remainingMs).toBe(0);
  });
});

describe("throwIfAborted", () => {
  it("does not throw without an abort, even after the deadline", async () => {
    const { clock, deadline } = start();
    await clock.advance(60_000);
    expect(() => deadline.throwIfAborted()).not.toThrow();
  });

  it("throws aborted with the caller's reason, or closed", () => {
    const aborted = start();
    aborted.caller.abort("enough");
    expect(() => aborted.deadline.throwIfAborted()).toThrow(
      expect.objectContaining({ code: "aborted", cause: "enough" }),
    );
    const closed = start();
    closed.client.abort();
    expect(() => closed.deadline.throwIfAborted()).toThrow(expect.objectContaining({ code: "closed" }));
  });
});

describe("waitFor", () => {
  it("settles as the promise does", async () => {
    const { deadline } = start();
    expect(await deadline.waitFor(Promise.resolve(7))).toBe(7);
    await expect(deadline.waitFor(Promise.reject(new Error("no")))).rejects.toThrow("no");
  });

  it("returns a settled promise even without time left", async () => {
    const { deadline } = start({ timeoutMs: 0 });
    expect(await deadline.waitFor(Promise.resolve(7))).toBe(7);
  });

  it("fails at the deadline and not before", async () => {
    const { clock, deadline } = start();
    let rejection: unknown;
    void deadline.waitFor(never).catch((reason: unknown) => {
      rejection = reason;
    });
    await clock.advance(29_999);
    expect(rejection).toBeUndefined();
    await clock.advance(1);
    expect(rejection).toBeInstanceOf(DeadlineExceededError);
    expect(rejection).toMatchObject({ code: "ETIMEDOUT" });
  });

  it("fails when the caller aborts or the client is closed", async () => {
    const { deadline, caller } = start();
    const waiting = deadline.waitFor(never);
    caller.abort("enough");
    await expect(waiting).rejects.toMatchObject({ code: "aborted", cause: "enough" });
    const other = start();
    const otherWaiting = other.deadline.waitFor(never);
    other.client.abort();
    await expect(otherWaiting).rejects.toMatchObject({ code: "closed" });
  });

  it("fails at once if it was aborted before", async () => {
    const { deadline, caller } = start();
    caller.abort();
    await expect(deadline.waitFor(Promise.resolve(7))).rejects.toMatchObject({ code: "aborted" });
  });

  it("leaves no rejection unhandled if it fails before the promise", async () => {
    const before = start();
    before.caller.abort();
    const during = start();
    const unhandled = await unhandledDuring(async () => {
      await before.deadline.waitFor(Promise.reject(new Error("no token"))).catch(() => {});
      let fail = (_: unknown): void => {};
      const late = new Promise<never>((_, reject) => {
        fail = reject;
      });
      const waiting = during.deadline.waitFor(late);
      during.caller.abort();
      await waiting.catch(() => {});
      fail(new Error("no token"));
    });
    expect(unhandled).toEqual([]);
  });

  it("leaves no timer and no listener behind", async () => {
    const { clock, deadline, caller, listeners } = start();
    await deadline.waitFor(Promise.resolve());
    await deadline.waitFor(Promise.reject(new Error("no"))).catch(() => {});
    expect([clock.pending, listeners()]).toEqual([0, 0]);
    const waiting = deadline.waitFor(never);
    expect([clock.pending, listeners()]).toEqual([1, 2]);
    caller.abort();
    await waiting.catch(() => {});
    await deadline.waitFor(never).catch(() => {});
    expect([clock.pending, listeners()]).toEqual([0, 0]);
  });

  it("needs no signal", async () => {
    const clock = createManualClock();
    const deadline = new RequestDeadline({ clock, timeoutMs: 5, closing: new AbortController().signal });
    const waiting = deadline.waitFor(never).catch((reason: unknown) => reason);
    await clock.advance(5);
    expect(await waiting).toBeInstanceOf(DeadlineExceededError);
  });

  it("waits 1,000 times on one signal without a leak warning", async () => {
    const warnings: Error[] = [];
    const record = (warning: Error): void => void warnings.push(warning);
    process.on("warning", record);
    const { deadline, client, listeners } = start();
    const waiting = Array.from({ length: 1_000 }, () => deadline.waitFor(never).catch(() => {}));
    expect(listeners()).toBe(2);
    await new Promise((resolve) => setImmediate(resolve));
    client.abort();
    await Promise.all(waiting);
    process.off("warning", record);
    expect(warnings).toEqual([]);
    expect(listeners()).toBe(0);
  });
});

describe("sleep", () => {
  it("resolves after its time", async () => {
    const { clock, deadline } = start();
    let awake = false;
    void deadline.sleep(5_000, never).then(() => {
      awake = true;
    });
    await clock.advance(4_999);
    expect(awake).toBe(false);
    await clock.advance(1);
    expect(awake).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it("resolves early when it is woken, and leaves no timer", async () => {
    const { clock, deadline, listeners } = start();
    await deadline.sleep(5_000, Promise.resolve("woken"));
    expect([clock.pending, listeners()]).toEqual([0, 0]);
  });

  it("fails as waitFor does, and leaves no timer", async () => {
    const { clock, deadline, caller, listeners } = start();
    const sleeping = deadline.sleep(5_000, never);
    caller.abort();
    await expect(sleeping).rejects.toMatchObject({ code: "aborted" });
    await expect(deadline.sleep(5_000, never)).rejects.toMatchObject({ code: "aborted" });
    expect([clock.pending, listeners()]).toEqual([0, 0]);
  });
});
