import { describe, expect, it } from "vitest";
import { deferred, turn } from "../__fixtures__/ports.ts";
import type { Notification } from "../parsing/notification.ts";
import { HandlerQueue, MAX_WAITING } from "./handler-queue.ts";

function createQueue(run: (id: unknown) => Promise<void> | void = () => {}) {
  const events: string[] = [];
  const queue = new HandlerQueue("c", {
    run({ raw }) {
      events.push(`run ${raw}`);
      return run(raw);
    },
    onDropped: ({ raw }) => events.push(`dropped ${raw}`),
    onIdle: (callId) => events.push(`idle ${callId}`),
  });
  const reserve = (id: number) => {
    const { promise: done, resolve: slotDone } = deferred();
    const slot = queue.reserve({ kind: "unknown", raw: id } satisfies Notification, { done, slotDone });
    return { done, run: () => slot.run(), skip: () => slot.skip() };
  };
  return { events, queue, reserve };
}

describe("HandlerQueue", () => {
  it("runs notifications in the order of their slots, not of the decisions", async () => {
    const { events, reserve } = createQueue();
    const [first, second, third] = [reserve(1), reserve(2), reserve(3)];
    third?.run();
    second?.skip();
    await turn();
    expect(events).toEqual([]);
    first?.run();
    await turn();
    expect(events).toEqual(["run 1", "run 3", "idle c"]);
  });

  it("runs synchronous handlers at once, and waits for a returned promise", async () => {
    const gate = deferred();
    const { events, reserve } = createQueue((id) => (id === 2 ? gate.promise : undefined));
    for (const id of [1, 2, 3]) reserve(id).run();
    expect(events).toEqual(["run 1", "idle c", "run 2"]);
    gate.resolve();
    await turn();
    expect(events.slice(3)).toEqual(["run 3", "idle c"]);
  });

  it("ignores later decisions for a slot", async () => {
    const { events, reserve } = createQueue();
    const slot = reserve(1);
    slot.skip();
    slot.run();
    await slot.done;
    expect(events).toEqual(["idle c"]);
  });

  it("reports each slot when it is done", async () => {
    const gate = deferred();
    const { reserve } = createQueue(() => gate.promise);
    const [first, second] = [reserve(1), reserve(2)];
    const done: number[] = [];
    void first?.done.then(() => done.push(1));
    void second?.done.then(() => done.push(2));
    first?.run();
    second?.skip();
    await turn();
    expect(done).toEqual([]);
    gate.resolve();
    await second?.done;
    expect(done).toEqual([1, 2]);
  });

  it("drops the oldest notification above the limit", async () => {
    const { events, reserve } = createQueue(() => new Promise(() => {}));
    reserve(0).run();
    const skipped = reserve(1);
    const oldest = reserve(2);
    for (const slot of [skipped, oldest]) slot === skipped ? slot.skip() : slot.run();
    for (let id = 3; id <= MAX_WAITING + 1; id++) reserve(id).run();
    expect(events).toEqual(["run 0"]);
    reserve(-1);
    await skipped.done;
    expect(events).toEqual(["run 0", "dropped 2"]);
    await oldest.done;
  });

  it("drops no undecided slot and none behind it, until it is decided", () => {
    const { events, reserve } = createQueue(() => new Promise(() => {}));
    reserve(0).run();
    const undecided = reserve(1);
    for (let id = 2; id <= MAX_WAITING + 10; id++) reserve(id).run();
    expect(events).toEqual(["run 0"]);
    undecided.run();
    reserve(-1);
    expect(events).toHaveLength(1 + 11);
    expect(events.slice(0, 3)).toEqual(["run 0", "dropped 1", "dropped 2"]);
  });

  it("handles batches of any size, also one that arrives during another", { timeout: 20_000 }, async () => {
    const gate = deferred();
    const { events, reserve } = createQueue(() => gate.promise);
    const first = Array.from({ length: 300_000 }, (_, id) => reserve(id));
    for (const slot of first) slot.run();
    const second = Array.from({ length: 300_000 }, (_, id) => reserve(id));
    for (const slot of second) slot.skip();
    gate.resolve();
    await Promise.all([...first, ...second].map(({ done }) => done));
    expect(events.filter((event) => event.startsWith("dropped"))).toHaveLength(299_000);
    expect(events.at(-1)).toBe("idle c");
  });

  it("is idle only when nothing waits and nothing runs", async () => {
    const gate = deferred();
    const { queue, reserve } = createQueue(() => gate.promise);
    expect(queue.isIdle).toBe(true);
    const slot = reserve(1);
    expect(queue.isIdle).toBe(false);
    slot.run();
    expect(queue.isIdle).toBe(false);
    gate.resolve();
    await turn();
    expect(queue.isIdle).toBe(true);
  });
});
