import { expect, test } from "vitest";
import { MediaQueue } from "./media-queue.ts";

/** A queue, and tasks that the test finishes. */
function setUp(): { queue: MediaQueue; events: string[]; add: (name: string) => () => void } {
  const events: string[] = [];
  const queue = new MediaQueue();
  const add = (name: string): (() => void) => {
    let finish = (): void => expect.unreachable();
    queue.add({
      start(finished) {
        events.push(`${name} starts`);
        finish = finished;
        return () => events.push(`${name} stops`);
      },
      canceled: () => events.push(`${name} canceled`),
    });
    return () => finish();
  };
  return { queue, events, add };
}

test("tasks run one after the other", () => {
  const { events, add } = setUp();
  const finishFirst = add("first");
  const finishSecond = add("second");
  expect(events).toEqual(["first starts"]);
  finishFirst();
  finishSecond();
  add("third");
  expect(events).toEqual(["first starts", "second starts", "third starts"]);
});

test("cancel stops the running task, and calls back all tasks in order", () => {
  const { queue, events, add } = setUp();
  add("first");
  add("second");
  queue.cancel();
  expect(events).toEqual(["first starts", "first stops", "first canceled", "second canceled"]);
});

test("clear calls back no task", () => {
  const { queue, events, add } = setUp();
  add("first");
  add("second");
  queue.clear();
  queue.clear();
  expect(events).toEqual(["first starts", "first stops"]);
});

test("a task that finishes after it was stopped has no effect", () => {
  const { queue, events, add } = setUp();
  const finishFirst = add("first");
  queue.clear();
  add("second");
  add("third");
  finishFirst();
  expect(events).toEqual(["first starts", "first stops", "second starts"]);
});
