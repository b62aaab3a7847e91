import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { onAbort } from "./on-abort.ts";

const listeners = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

describe("onAbort", () => {
  it("calls back, in the order in which they came, when the signal is aborted", () => {
    const stop = new AbortController();
    const heard: number[] = [];
    for (const n of [1, 2, 3]) onAbort(stop.signal, () => heard.push(n));
    stop.abort();
    expect(heard).toEqual([1, 2, 3]);
  });

  it("registers once with a signal that thousands share, and leaves nothing behind", () => {
    const { signal } = new AbortController();
    const offs = Array.from({ length: 10_000 }, () => onAbort(signal, () => {}));
    expect(listeners(signal)).toBe(1);
    for (const off of offs.slice(1)) off();
    expect(listeners(signal)).toBe(1);
    offs[0]?.();
    expect(listeners(signal)).toBe(0);
  });

  it("no longer calls back whoever has stopped listening, as often as they say so", () => {
    const stop = new AbortController();
    const heard: string[] = [];
    const listener = (): number => heard.push("twice");
    const off = onAbort(stop.signal, listener);
    onAbort(stop.signal, listener);
    off();
    off();
    stop.abort();
    expect(heard).toEqual(["twice"]);
  });

  it("may be stopped by whoever is called before", () => {
    const stop = new AbortController();
    const heard: string[] = [];
    onAbort(stop.signal, () => off());
    const off = onAbort(stop.signal, () => heard.push("stopped"));
    stop.abort();
    expect(heard).toEqual([]);
  });

  it("begins anew on a signal that everybody had left", () => {
    const stop = new AbortController();
    onAbort(stop.signal, () => {})();
    const heard: string[] = [];
    onAbort(stop.signal, () => heard.push("heard"));
    stop.abort();
    expect(heard).toEqual(["heard"]);
  });

  it("takes a signal that is not the platform's own", () => {
    const added = new Set<() => void>();
    const foreign = {
      addEventListener: (_: string, listener: () => void) => added.add(listener),
      removeEventListener: (_: string, listener: () => void) => added.delete(listener),
    } as unknown as AbortSignal;
    const heard: string[] = [];
    const off = onAbort(foreign, () => heard.push("heard"));
    for (const listener of added) listener();
    off();
    expect([heard, added.size]).toEqual([["heard"], 0]);
  });
});
