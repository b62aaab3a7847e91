import { getEventListeners, getMaxListeners, setMaxListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { onAbort } from "./on-abort.ts";

describe("onAbort", () => {
  it("calls back when the signal is aborted", () => {
    const controller = new AbortController();
    let calls = 0;
    onAbort(controller.signal, () => calls++);
    expect(calls).toBe(0);
    controller.abort();
    expect(calls).toBe(1);
  });

  it("stops listening when it is told to, and leaves nothing behind", () => {
    const controller = new AbortController();
    let calls = 0;
    const stopListening = onAbort(controller.signal, () => calls++);
    stopListening();
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    controller.abort();
    expect(calls).toBe(0);
  });

  it("lets a hundred listen to one signal without a warning of a leak", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on("warning", note);
    const { signal } = new AbortController();
    for (let count = 0; count < 100; count++) onAbort(signal, () => {});
    // Node warns after a turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });

  it("leaves a limit that somebody chose", () => {
    const { signal } = new AbortController();
    setMaxListeners(3, signal);
    onAbort(signal, () => {});
    expect(getMaxListeners(signal)).toBe(3);
  });

  it("takes a signal that was freed of its limit before", () => {
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    onAbort(signal, () => {});
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
  });

  it("takes a signal that is not the platform's own", () => {
    const listeners = new Set<() => void>();
    const foreign = {
      addEventListener: (_: string, listener: () => void) => listeners.add(listener),
      removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
    } as unknown as AbortSignal;
    const stopListening = onAbort(foreign, () => {});
    expect(listeners.size).toBe(1);
    stopListening();
    expect(listeners.size).toBe(0);
  });
});
