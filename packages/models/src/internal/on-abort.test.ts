import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { onAbort } from "./on-abort.ts";

const listeners = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

describe("onAbort", () => {
  it("calls the listeners in the order of their registration", () => {
    const stop = new AbortController();
    const called: number[] = [];
    for (const n of [1, 2, 3]) onAbort(stop.signal, () => called.push(n));
    stop.abort();
    expect(called).toEqual([1, 2, 3]);
  });

  it("registers one listener on a signal that thousands share, and removes it with the last", () => {
    const { signal } = new AbortController();
    const offs = Array.from({ length: 10_000 }, () => onAbort(signal, () => {}));
    expect(listeners(signal)).toBe(1);
    for (const off of offs.slice(1)) off();
    expect(listeners(signal)).toBe(1);
    offs[0]?.();
    expect(listeners(signal)).toBe(0);
  });

  it("does not call a removed listener, however often it is removed", () => {
    const stop = new AbortController();
    const called: string[] = [];
    const listener = (): number => called.push("twice");
    const off = onAbort(stop.signal, listener);
    onAbort(stop.signal, listener);
    off();
    off();
    stop.abort();
    expect(called).toEqual(["twice"]);
  });

  it("allows a listener to remove a later one", () => {
    const stop = new AbortController();
    const called: string[] = [];
    onAbort(stop.signal, () => off());
    const off = onAbort(stop.signal, () => called.push("stopped"));
    stop.abort();
    expect(called).toEqual([]);
  });

  it("works again after all listeners were removed", () => {
    const stop = new AbortController();
    onAbort(stop.signal, () => {})();
    const called: string[] = [];
    onAbort(stop.signal, () => called.push("called"));
    stop.abort();
    expect(called).toEqual(["called"]);
  });

  it("accepts a signal of another implementation", () => {
    const added = new Set<() => void>();
    const foreign = {
      addEventListener: (_: string, listener: () => void) => added.add(listener),
      removeEventListener: (_: string, listener: () => void) => added.delete(listener),
    } as unknown as AbortSignal;
    const called: string[] = [];
    const off = onAbort(foreign, () => called.push("called"));
    for (const listener of added) listener();
    off();
    expect([called, added.size]).toEqual([["called"], 0]);
  });
});
