import { randomUUID } from "node:crypto";
import type { CommsOperation, OperationStore } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import {
  createNotificationReceiver,
  createOperationTracker,
  type NotificationReceiver,
  type OperationTracker,
} from "@graph-dtmf/notifications";
import { createClient } from "redis";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { skipWithoutRedis } from "./__fixtures__/skip-without-redis.ts";
import { createRedisOperationStore } from "./index.ts";
import { type RedisServer, startRedisServer } from "./testing/index.ts";

const eventually = { timeout: 20_000, interval: 20 };
const timedOut = { outcome: "timedOut", played: "unknown" };

/** An instance of a bot without the client. */
interface Instance {
  operations: OperationTracker;
  receiver: NotificationReceiver;
  store: OperationStore;
}

describe.skipIf(skipWithoutRedis())("a tracker on Redis", () => {
  let redis: RedisServer;
  const instances: Instance[] = [];

  beforeEach(async () => {
    redis = await startRedisServer();
  });
  afterEach(async () => {
    for (const { operations, store } of instances.splice(0)) {
      await operations.close();
      await store.close();
    }
    await redis?.close();
  });

  /**
   * With its own clock, or the real one. Its verifier accepts every request, because authentication is not tested
   * here.
   */
  const instance = (clock?: ReturnType<typeof createManualClock>): Instance => {
    const store = createRedisOperationStore({ url: redis.url });
    const operations = createOperationTracker({ store, ...(clock && { clock }) });
    const verifier = { verify: async () => ({ tenantId: "tenant", claims: {} }) };
    const receiver = createNotificationReceiver({ verifier, operations, onError: () => {}, ...(clock && { clock }) });
    const made = { operations, receiver, store };
    instances.push(made);
    return made;
  };

  /** What Graph posts when an operation has ended. Resolves with the status of the response. */
  const post = async ({ receiver }: Instance, { callId, operation }: Send): Promise<number> => {
    const { id } = operation;
    const url = `/communications/calls/${callId}/operations/${id}`;
    const value = [{ changeType: "deleted", resourceUrl: url, resourceData: { ...operation, ...ENDED } }];
    const body = JSON.stringify({ "@odata.type": "#microsoft.graph.commsNotifications", value });
    return (
      await receiver.fetch(
        new Request("https://bot.test/", { method: "POST", body, headers: { authorization: "Bearer token" } }),
      )
    ).status;
  };
  const postUntilAccepted = (to: Instance, send: Send): Promise<void> =>
    vi.waitFor(async () => expect(await post(to, send)).toBe(202), eventually);

  test("settles the wait of the sender, whichever instance receives the notification", async () => {
    const [sends, notified] = [instance(), instance()];
    const send = begin(sends);
    expect(await post(notified, send)).toBe(202);
    expect(await send.entry.completion()).toMatchObject({ outcome: "completed", operation: { id: send.operation.id } });
  });

  test("resumes the wait of another instance with its deadline", async () => {
    const clock = createManualClock();
    const [stopped, resumes] = [instance(clock), instance(clock)];
    const send = begin(stopped);
    await registered(stopped, send);
    await clock.advance(10_000);
    const resumed = resumes.operations.resume(send);
    const outcome = resumed.completion();
    await registered(resumes, send);
    await clock.advance(19_000);
    expect(resumed.outcome).toBeUndefined();
    await clock.advance(1_500);
    expect(await outcome).toEqual(timedOut);
  });

  test("resumes a wait whose operation has ended in between", async () => {
    const [stopped, notified, resumes] = [instance(), instance(), instance()];
    const send = begin(stopped);
    await registered(stopped, send);
    await stopped.operations.close();
    expect(await post(notified, send)).toBe(202);
    expect(await resumes.operations.resume(send).completion()).toMatchObject({ outcome: "completed" });
  });

  test("without Redis answers 503, settles local waits, and stores outcomes when Redis is available", async () => {
    await redis.kill();
    const [one, other] = [instance(), instance()];
    const [own, foreign] = [begin(one), begin(other)];
    expect(await post(one, own)).toBe(503);
    expect(await own.entry.completion()).toMatchObject({ outcome: "completed" });
    expect(await post(one, foreign)).toBe(503);
    expect(one.operations.pendingWrites).toBe(2);
    await redis.start();
    expect(await foreign.entry.completion()).toMatchObject({ outcome: "completed" });
    await vi.waitFor(() => expect(one.operations.pendingWrites).toBe(0), eventually);
    expect(await instance().operations.resume(own).completion()).toMatchObject({ outcome: "completed" });
    // It was already settled.
    expect(await post(other, own)).toBe(202);
  });

  test("survives a Redis outage of a second", async () => {
    const [sends, notified] = [instance(), instance()];
    const before = begin(sends);
    await registered(sends, before);
    await redis.kill();
    const during = begin(sends);
    await vi.waitFor(async () => expect(await post(notified, during)).toBe(503), eventually);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await redis.start();
    expect(await during.entry.completion()).toMatchObject({ outcome: "completed" });
    await postUntilAccepted(notified, before);
    expect(await before.entry.completion()).toMatchObject({ outcome: "completed" });
  });

  test("survives an outage of 30 seconds: waits without a notification end at their deadline, outcomes are stored", async () => {
    const clock = createManualClock();
    const [sends, notified] = [instance(clock), instance(clock)];
    const send = begin(sends);
    await registered(sends, send);
    await redis.kill();
    await vi.waitFor(async () => expect(await post(notified, send)).toBe(503), eventually);
    const outcome = send.entry.completion();
    await clock.advance(31_000);
    expect(await outcome).toEqual(timedOut);
    expect(notified.operations.pendingWrites).toBe(1);
    await redis.start();
    await vi.waitFor(async () => {
      await clock.advance(10_000);
      expect(notified.operations.pendingWrites).toBe(0);
    }, eventually);
    expect(await instance().operations.resume(send).completion()).toMatchObject({ outcome: "completed" });
  });

  test("survives a full Redis", async () => {
    const [sends, notified] = [instance(), instance()];
    const send = begin(sends);
    await registered(sends, send);
    const admin = createClient({ url: redis.url });
    await admin.connect();
    await admin.configSet("maxmemory", "1");
    expect(await post(notified, send)).toBe(503);
    await admin.configSet("maxmemory", "0");
    admin.destroy();
    expect(await send.entry.completion()).toMatchObject({ outcome: "completed" });
    expect(await post(sends, send)).toBe(202);
  });

  test("survives a Redis that hangs", async () => {
    const [sends, notified] = [instance(), instance()];
    const send = begin(sends);
    await registered(sends, send);
    redis.freeze();
    const startedAt = performance.now();
    expect(await post(notified, send)).toBe(503);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    redis.thaw();
    expect(await send.entry.completion()).toMatchObject({ outcome: "completed" });
  });

  /** Waits until Redis has the wait: a reply to a later command on the same connection follows the registration. */
  const registered = ({ store }: Instance, send: Send): Promise<unknown> => store.read(send);
});

const ENDED = { status: "completed", completionReason: "completedSuccessfully" };

interface Send {
  callId: string;
  clientContext: string;
  operation: CommsOperation;
  entry: ReturnType<OperationTracker["expect"]>;
}

/** Does what the client does: expects an operation, which Graph then accepts. */
function begin({ operations }: Instance): Send {
  const callId = randomUUID();
  const entry = operations.expect({ callId });
  const { clientContext } = entry;
  const operation = {
    "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
    id: randomUUID(),
    status: "running",
    clientContext,
  } as const;
  entry.accepted(operation);
  return { callId, clientContext, operation, entry };
}
