import { describe, expect, it } from "vitest";
import { turn } from "../__fixtures__/ports.ts";
import { HandlerQueue } from "../calls/handler-queue.ts";
import type { Notification } from "../parsing/notification.ts";
import { NotificationBatch } from "./notification-batch.ts";

const unknown = (raw: number): Notification => ({ kind: "unknown", raw });

describe("NotificationBatch", () => {
  it("is done when all notifications with handlers are handled or skipped", async () => {
    const queue = new HandlerQueue("c", { run() {}, onDropped() {}, onIdle() {} });
    const batch = new NotificationBatch([1, 2, 3].map(unknown), ({ raw }) => (raw === 1 ? undefined : queue));
    let isDone = false;
    void batch.done.then(() => {
      isDone = true;
    });
    batch.items[1]?.slot?.skip();
    await turn();
    expect([batch.hasHandlers, isDone]).toEqual([true, false]);
    await batch.run();
    expect(isDone).toBe(true);
  });

  it("is done at once without handlers", async () => {
    const batch = new NotificationBatch([unknown(1)], () => undefined);
    await batch.done;
    expect(batch.hasHandlers).toBe(false);
  });
});
