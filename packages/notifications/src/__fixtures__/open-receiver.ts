import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { onTestFinished } from "vitest";
import type { Notification } from "../parsing/notification.ts";
import {
  createNotificationReceiver,
  type NotificationReceiver,
  type NotificationReceiverOptions,
} from "../receiver/notification-receiver.ts";
import { type Answer, type Edge, fetchEdge, type Post } from "./edges.ts";
import { envelope } from "./envelopes.ts";
import { FakeOperations, verifier } from "./ports.ts";

/** A receiver with fakes at its ports. It is closed after the test. */
export interface OpenReceiver {
  receiver: NotificationReceiver;
  clock: ManualClock;
  operations: FakeOperations;
  errors: readonly { error: unknown; notification: Notification | undefined }[];
  send(post: Post): Promise<Answer>;
  /** Posts a batch with a valid token. */
  deliver(...entries: unknown[]): Promise<Answer>;
  /** Collects the notifications that the handlers get from now on, in order. */
  record(): readonly Notification[];
}

export async function openReceiver(
  options: Partial<NotificationReceiverOptions> = {},
  edge: Edge = fetchEdge,
): Promise<OpenReceiver> {
  const clock = createManualClock();
  const operations = new FakeOperations();
  const errors: { error: unknown; notification: Notification | undefined }[] = [];
  const receiver = createNotificationReceiver({
    verifier,
    operations,
    clock,
    onError: (error, notification) => errors.push({ error, notification }),
    ...options,
  });
  const { send, close } = await edge.open(receiver, clock);
  onTestFinished(close);
  return {
    receiver,
    clock,
    operations,
    errors,
    send,
    deliver: (...entries) => send({ body: envelope(...entries) }),
    record() {
      const seen: Notification[] = [];
      for (const kind of ["operation", "tone", "call", "participants", "unknown"] as const) {
        receiver.on(kind, (notification) => void seen.push(notification));
      }
      return seen;
    },
  };
}
