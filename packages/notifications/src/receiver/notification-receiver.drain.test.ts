import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { edges } from "../__fixtures__/edges.ts";
import { toneEntry } from "../__fixtures__/envelopes.ts";
import { openReceiver } from "../__fixtures__/open-receiver.ts";
import { deferred } from "../__fixtures__/ports.ts";

describe.each(edges)("drain() behind $name", (edge) => {
  it("resolves at once if nothing was received", async () => {
    const { receiver } = await openReceiver({}, edge);
    await receiver.drain();
  });

  it("waits for the handlers of all received notifications, also of queued ones", async () => {
    const { receiver, deliver } = await openReceiver({}, edge);
    const gate = deferred();
    let handled = 0;
    receiver.on("tone", async () => {
      await gate.promise;
      handled++;
    });
    await deliver(toneEntry(1), toneEntry(2));
    const drained = receiver.drain().then(() => handled);
    gate.resolve();
    expect(await drained).toBe(2);
  });

  it("does not wait for later notifications", async () => {
    const { receiver, deliver } = await openReceiver({}, edge);
    const gates = [deferred(), deferred()];
    receiver.on("tone", ({ toneInfo }) => gates[toneInfo.sequenceId - 1]?.promise);
    await deliver(toneEntry(1));
    const drained = receiver.drain();
    await deliver(toneEntry(2));
    gates[0]?.resolve();
    await drained;
    gates[1]?.resolve();
  });

  it("rejects with the reason of its signal and leaves no listener on it", async () => {
    const { receiver, deliver } = await openReceiver({}, edge);
    const forever = deferred();
    receiver.on("tone", () => forever.promise);
    await deliver(toneEntry(1));
    const { signal } = new AbortController();
    await expect(receiver.drain({ signal: AbortSignal.abort("before") })).rejects.toBe("before");
    const abort = new AbortController();
    const drained = receiver.drain({ signal: abort.signal });
    abort.abort("while");
    await expect(drained).rejects.toBe("while");
    forever.resolve();
    await receiver.drain({ signal });
    expect([signal, abort.signal].flatMap((each) => getEventListeners(each, "abort"))).toEqual([]);
  });
});
