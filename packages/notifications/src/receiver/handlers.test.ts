import { describe, expect, expectTypeOf, it } from "vitest";
import { toneEntry } from "../__fixtures__/envelopes.ts";
import { openReceiver } from "../__fixtures__/open-receiver.ts";
import { deferred, turn } from "../__fixtures__/ports.ts";
import type { Notification, ToneNotification } from "../parsing/notification.ts";

describe("on()", () => {
  it("gives each handler the type of its kind", async () => {
    const { receiver } = await openReceiver();
    receiver.on("tone", (notification) => expectTypeOf(notification).toEqualTypeOf<ToneNotification>());
    receiver.on("unknown", ({ raw }) => expectTypeOf(raw).toEqualTypeOf<unknown>());
    // @ts-expect-error Notifications of one kind are not those of another.
    receiver.on("call", (notification: ToneNotification) => notification);
    expectTypeOf(receiver.on<"tone">)
      .parameter(0)
      .toEqualTypeOf<"tone">();
    expectTypeOf<Notification["kind"]>().toEqualTypeOf<"operation" | "tone" | "call" | "participants" | "unknown">();
  });

  it("calls handlers in the order of registration, a function as often as it was registered", async () => {
    const { receiver, deliver } = await openReceiver();
    const received: string[] = [];
    const [a, b] = [() => void received.push("a"), () => void received.push("b")];
    for (const handler of [a, b, a]) receiver.on("tone", handler);
    await deliver(toneEntry(1));
    await receiver.drain();
    expect(received).toEqual(["a", "b", "a"]);
  });

  it("waits for every thenable, as await does", async () => {
    const { receiver, deliver } = await openReceiver();
    const gate = deferred();
    const received: number[] = [];
    receiver.on("tone", ({ toneInfo: { sequenceId } }) => {
      received.push(sequenceId);
      // biome-ignore lint/suspicious/noThenProperty: promises of other libraries are such objects.
      return { then: gate.promise.then.bind(gate.promise) };
    });
    await deliver(toneEntry(1), toneEntry(2));
    await turn();
    expect(received).toEqual([1]);
    gate.resolve();
    await receiver.drain();
    expect(received).toEqual([1, 2]);
  });

  it("removes one registration, also if called repeatedly", async () => {
    const { receiver, deliver } = await openReceiver();
    const received: number[] = [];
    const handler = () => void received.push(1);
    const off = receiver.on("tone", handler);
    receiver.on("tone", handler);
    off();
    off();
    await deliver(toneEntry(1));
    await receiver.drain();
    expect(received).toEqual([1]);
  });

  it("calls no handler that was removed or added meanwhile", async () => {
    const { receiver, deliver } = await openReceiver();
    const received: string[] = [];
    receiver.on("tone", () => {
      off();
      receiver.on("tone", () => void received.push("late"));
    });
    const off = receiver.on("tone", () => void received.push("off"));
    await deliver(toneEntry(1));
    await receiver.drain();
    expect(received).toEqual([]);
  });

  it("rejects unknown kinds, and handlers that are not functions", async () => {
    const { receiver } = await openReceiver();
    // @ts-expect-error
    expect(() => receiver.on("tones", () => {})).toThrow("expected a kind of notification (operation, tone, call");
    // @ts-expect-error
    expect(() => receiver.on("toString", () => {})).toThrow(TypeError);
    // @ts-expect-error
    expect(() => receiver.on("tone")).toThrow("expected a handler function, got undefined");
  });
});
