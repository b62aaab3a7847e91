import { describe, expect, it } from "vitest";
import { deferred, turn } from "./__fixtures__/ports.ts";
import { HandlerQueue, MAX_WAITING } from "./handler-queue.ts";
import type { Notification } from "./notification.ts";

function createQueue(run: (id: unknown) => Promise<void> | void = () => {}) {
  const events: string[] = [];
  const queue = new HandlerQueue(
    {
      async run({ raw }) {
        events.push(`run ${raw}`);
        await run(raw);
      },
      dropped: ({ raw }) => events.push(`dropped ${raw}`),
    },
    () => events.push("idle"),
  );
  return { events, queue, reserve: (id: number) => queue.reserve({ kind: "unknown", raw: id } satisfies Notification) };
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
    expect(events).toEqual(["run 1", "run 3", "idle"]);
  });

  it("counts the first decision only", async () => {
    const { events, reserve } = createQueue();
    const place = reserve(1);
    place.leave();
    place.proceed();
    await place.done;
    expect(events).toEqual(["idle"]);
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

  it("drops the oldest that was decided when too many wait, and none that is undecided", async () => {
    const { events, reserve } = createQueue(() => new Promise(() => {}));
    reserve(0).proceed();
    const undecided = reserve(1);
    const places = Array.from({ length: MAX_WAITING - 1 }, (_, index) => reserve(index + 2));
    reserve(-1);
    for (const place of places) place.proceed();
    expect(events).toEqual(["run 0"]);
    reserve(-2);
    expect(events).toEqual(["run 0", "dropped 2", "dropped 3"]);
    await places[0]?.done;
    undecided.leave();
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
