import { describe, expect, it } from "vitest";
import { turn } from "../__fixtures__/ports.ts";
import { HandlerQueue } from "../calls/handler-queue.ts";
import type { Notification } from "../parsing/notification.ts";
import { Delivery } from "./notification-batch.ts";

const unknown = (raw: number): Notification => ({ kind: "unknown", raw });

describe("a delivery", () => {
  it("is done when all of it is handled or left that anybody handles", async () => {
    const queue = new HandlerQueue("c", { run() {}, dropped() {}, idle() {} });
    const delivery = new Delivery([1, 2, 3].map(unknown), ({ raw }) => (raw === 1 ? undefined : queue));
    let isDone = false;
    void delivery.done.then(() => {
      isDone = true;
    });
    delivery.entries[1]?.place?.leave();
    await turn();
    expect([delivery.isHandled, isDone]).toEqual([true, false]);
    await delivery.proceed();
    expect(isDone).toBe(true);
  });

  it("is done at once that nobody handles", async () => {
    const delivery = new Delivery([unknown(1)], () => undefined);
    await delivery.done;
    expect(delivery.isHandled).toBe(false);
  });
});
