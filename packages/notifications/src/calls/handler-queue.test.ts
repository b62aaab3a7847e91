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
    const { promise: done, resolve: placeDone } = deferred();
    const place = queue.reserve({ kind: "unknown", raw: id } satisfies Notification, { done, slotDone: placeDone });
    return { done, proceed: () => place.run(), leave: () => place.skip() };
  };
  return { events, queue, reserve };
}

describe("HandlerQueue", () => {
  it("runs in the order of the places, not of the decisions", async () => {
    const { events, reserve } = createQueue();
    const [first, second, third] = [reserve(1), reserve(2), reserve(3)];
    third?.proceed();
    second?.leave();
    await turn();
    expect(events).toEqual([]);
    first?.proceed();
    await turn();
    expect(events).toEqual(["run 1", "run 3", "idle c"]);
  });

  it("runs at once what returns no promise, and the next only when a promise is settled", async () => {
    const gate = deferred();
    const { events, reserve } = createQueue((id) => (id === 2 ? gate.promise : undefined));
    for (const id of [1, 2, 3]) reserve(id).proceed();
    expect(events).toEqual(["run 1", "idle c", "run 2"]);
    gate.resolve();
    await turn();
    expect(events.slice(3)).toEqual(["run 3", "idle c"]);
  });

  it("counts the first decision only", async () => {
    const { events, reserve } = createQueue();
    const place = reserve(1);
    place.leave();
    place.proceed();
    await place.done;
    expect(events).toEqual(["idle c"]);
  });

  it("tells of each place when it is done", async () => {
    const gate = deferred();
    const { reserve } = createQueue(() => gate.promise);
    const [first, second] = [reserve(1), reserve(2)];
    const done: number[] = [];
    void first?.done.then(() => done.push(1));
    void second?.done.then(() => done.push(2));
    first?.proceed();
    second?.leave();
    await turn();
    expect(done).toEqual([]);
    gate.resolve();
    await second?.done;
    expect(done).toEqual([1, 2]);
  });

  it("drops the oldest when too many wait", async () => {
    const { events, reserve } = createQueue(() => new Promise(() => {}));
    reserve(0).proceed();
    const left = reserve(1);
    const oldest = reserve(2);
    for (const place of [left, oldest]) place === left ? place.leave() : place.proceed();
    for (let id = 3; id <= MAX_WAITING + 1; id++) reserve(id).proceed();
    expect(events).toEqual(["run 0"]);
    reserve(-1);
    await left.done;
    expect(events).toEqual(["run 0", "dropped 2"]);
    await oldest.done;
  });

  it("drops none that is undecided, nor before it, and makes up for it", () => {
    const { events, reserve } = createQueue(() => new Promise(() => {}));
    reserve(0).proceed();
    const undecided = reserve(1);
    for (let id = 2; id <= MAX_WAITING + 10; id++) reserve(id).proceed();
    expect(events).toEqual(["run 0"]);
    undecided.proceed();
    reserve(-1);
    expect(events).toHaveLength(1 + 11);
    expect(events.slice(0, 3)).toEqual(["run 0", "dropped 1", "dropped 2"]);
  });

  it("takes a batch of any size, and the next one that comes while it is handled", { timeout: 20_000 }, async () => {
    const gate = deferred();
    const { events, reserve } = createQueue(() => gate.promise);
    const first = Array.from({ length: 300_000 }, (_, id) => reserve(id));
    for (const place of first) place.proceed();
    const second = Array.from({ length: 300_000 }, (_, id) => reserve(id));
    for (const place of second) place.leave();
    gate.resolve();
    await Promise.all([...first, ...second].map(({ done }) => done));
    expect(events.filter((event) => event.startsWith("dropped"))).toHaveLength(299_000);
    expect(events.at(-1)).toBe("idle c");
  });

  it("is idle only when nothing waits and nothing runs", async () => {
    const gate = deferred();
    const { queue, reserve } = createQueue(() => gate.promise);
    expect(queue.isIdle).toBe(true);
    const place = reserve(1);
    expect(queue.isIdle).toBe(false);
    place.proceed();
    expect(queue.isIdle).toBe(false);
    gate.resolve();
    await turn();
    expect(queue.isIdle).toBe(true);
  });
});
