import type { CommsNotification } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import { expect, test } from "vitest";
import { runOnCall } from "../actions/action.ts";
import type { CallSession } from "../calls/call-session.ts";
import { FaultQueue } from "../faults/fault-queue.ts";
import type { HttpRequest } from "../http/http-listener.ts";
import { ScaledClock } from "../schema/scaled-clock.ts";
import type { NotificationBatch, Notifier } from "./notifier.ts";
import { Outbox } from "./outbox.ts";
import type { Recipient } from "./recipient.ts";

const recipient: Recipient = {
  id: "call",
  callbackUri: "https://bot.example/",
  callChainId: "chain",
  scenarioId: "scenario",
  appId: "app",
  tenantId: "tenant",
};
const notification = (resourceUrl: string): CommsNotification => ({ changeType: "updated", resourceUrl });

/** An outbox whose deliveries end when the test calls `finish`. */
function setUp() {
  const delivered: string[] = [];
  const finish: (() => void)[] = [];
  const notifier = {
    deliver: (to: Recipient, { notifications }: NotificationBatch) =>
      new Promise((resolve) => {
        delivered.push(`${notifications.map(({ resourceUrl }) => resourceUrl).join("+")} to ${to.callbackUri}`);
        finish.push(() => resolve({}));
      }),
    track() {},
  } as unknown as Notifier;
  const clock = createManualClock();
  const faults = new FaultQueue();
  const outbox = new Outbox(recipient, { notifier, faults, clock: new ScaledClock(clock, 1) });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { outbox, faults, clock, delivered, finish, settle };
}

test("sends a notification after the previous delivery has ended", async () => {
  const { outbox, delivered, finish, settle } = setUp();
  outbox.post(notification("one"));
  outbox.post(notification("two"));
  await settle();
  expect(delivered).toEqual(["one to https://bot.example/"]);
  finish[0]?.();
  await settle();
  expect(delivered).toHaveLength(2);
});

test("sends the notifications that an action causes after the response to the action", async () => {
  const { outbox, faults, delivered, settle } = setUp();
  let answer = (): void => {};
  const request = { done: new Promise<void>((resolve) => (answer = resolve)) } as HttpRequest;
  const call = { outbox } as CallSession;
  await runOnCall(call, { request, faults }, () => {
    outbox.post(notification("one"));
    return { status: 200 };
  });
  await settle();
  expect(delivered).toEqual([]);
  answer();
  await settle();
  expect(delivered).toHaveLength(1);
});

test("sends earlier notifications to the callback from before a redirect", async () => {
  const { outbox, delivered, finish, settle } = setUp();
  outbox.post(notification("one"));
  outbox.post(notification("two"));
  outbox.redirect("https://elsewhere.example/");
  outbox.post(notification("three"));
  for (let index = 0; index < 3; index++) {
    await settle();
    finish[index]?.();
  }
  expect(delivered).toEqual([
    "one to https://bot.example/",
    "two to https://bot.example/",
    "three to https://elsewhere.example/",
  ]);
});

test("waitForNext resolves when the outbox is discarded", async () => {
  const { outbox } = setUp();
  const next = outbox.waitForNext();
  outbox.discard();
  await next;
});

test.each(["late", "reorder", "batch"] as const)(
  "%s leaves no timer once it is delivered or discarded",
  async (deliver) => {
    const { outbox, faults, clock, delivered, finish, settle } = setUp();
    faults.next({ on: "notification", deliver });
    outbox.post(notification("one"));
    expect(clock.pending).toBe(1);
    outbox.post(notification("two"));
    if (deliver === "late") await clock.advance(5000);
    await settle();
    finish[0]?.();
    await settle();
    expect(delivered.join()).toContain("one");
    expect(clock.pending).toBe(0);

    faults.next({ on: "notification", deliver });
    outbox.post(notification("three"));
    outbox.discard();
    expect(clock.pending).toBe(0);
    await settle();
    expect(delivered.join()).not.toContain("three");
  },
);
