import { randomBytes, randomUUID } from "node:crypto";
import {
  createNotificationReceiver,
  createOperationTracker,
  type NotificationReceiver,
} from "@graph-dtmf/notifications";
import { createClient } from "redis";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { skipWithoutRedis } from "./__fixtures__/skip-without-redis.ts";
import { createRedisOperationStore } from "./index.ts";
import { type RedisServer, startRedisServer } from "./testing/index.ts";

const eventually = { timeout: 20_000, interval: 20 };

describe.skipIf(skipWithoutRedis())("keys shared by instances", () => {
  let redis: RedisServer;
  const closing: (() => Promise<void>)[] = [];
  const encryptionKey = randomBytes(32);

  beforeEach(async () => {
    redis = await startRedisServer();
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await redis?.close();
  });

  const instance = (key: Uint8Array | undefined = encryptionKey): NotificationReceiver => {
    const store = createRedisOperationStore({ url: redis.url }, key.length > 0 ? { encryptionKey: key } : {});
    const operations = createOperationTracker({ store });
    const verifier = { verify: async () => ({ tenantId: "tenant", claims: {} }) };
    closing.push(async () => {
      await operations.close();
      await store.close();
    });
    return createNotificationReceiver({ verifier, operations, onError: () => {}, reorderWindowMs: 2_000 });
  };
  const withAdmin = async <T>(work: (admin: Admin) => Promise<T>): Promise<T> => {
    const admin = createAdmin(redis.url);
    await admin.connect();
    return work(admin).finally(() => admin.destroy());
  };
  /** Waits until Redis has the registration of the listener. */
  const listenerIsRegistered = (callId: string): Promise<void> =>
    vi.waitFor(
      () => withAdmin(async (admin) => expect(await admin.exists(`graph-dtmf:{${callId}}:waits`)).toBe(1)),
      eventually,
    );

  test("arrive in order on the instance that reads, whichever received them, and end with the call", async () => {
    const [reads, one, other] = [instance(), instance(), instance()];
    const callId = randomUUID();
    await press(one, callId, 1);
    // The begin is estimated too early by as long as Redis takes to reply, which may be long on a busy machine.
    const pressedAtMs = Date.now();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(pressedAtMs + 1_000), eventually);
    const tones = collect(reads, callId);
    await listenerIsRegistered(callId);
    for (const [n, to] of [one, other, reads, other, one].entries()) await press(to, callId, n + 2);
    await press(other, callId, 2);
    await endCall(one, callId);
    await tones.done;
    expect(tones.received).toEqual(["2:tone2+0", "3:tone3+0", "4:tone4+0", "5:tone5+0", "6:tone6+0"]);
  });

  test("are not lost when a connection is lost", async () => {
    const [reads, other] = [instance(), instance()];
    const callId = randomUUID();
    const tones = collect(reads, callId);
    await listenerIsRegistered(callId);
    await press(other, callId, 1);
    await vi.waitFor(() => expect(tones.received).toHaveLength(1), eventually);
    await withAdmin(async (admin) => {
      // Simulates that no instance is registered at the moment of the notice.
      const name = `graph-dtmf:{${callId}}:waits`;
      await admin.del(name);
      await press(other, callId, 2);
      await admin.sendCommand(["CLIENT", "KILL", "TYPE", "pubsub"]);
    });
    await vi.waitFor(() => expect(tones.received).toEqual(["1:tone1+0", "2:tone2+0"]), eventually);
  });

  test("arrive after Redis was unavailable", async () => {
    const [reads, other] = [instance(), instance()];
    const callId = randomUUID();
    const tones = collect(reads, callId);
    await listenerIsRegistered(callId);
    await redis.kill();
    await press(other, callId, 1);
    await redis.start();
    await vi.waitFor(() => expect(tones.received).toEqual(["1:tone1+0"]), eventually);
  });

  test("are stored only encrypted, for 10 minutes", async () => {
    const other = instance();
    const callId = randomUUID();
    for (let n = 1; n <= 9; n++) await press(other, callId, n);
    await withAdmin(async (admin) => {
      const name = `graph-dtmf:{${callId}}:tones`;
      const entries = await admin.xRange(name, "-", "+");
      expect(entries).toHaveLength(9);
      expect(JSON.stringify(entries)).not.toMatch(/tone\d|sequenceId/);
      expect(await admin.pTTL(name)).toBeLessThanOrEqual(600_000);
    });
  });

  test("are ignored if another program or another encryption key wrote them", async () => {
    const [reads, other, stranger] = [instance(), instance(), instance(randomBytes(32))];
    const callId = randomUUID();
    const tones = collect(reads, callId);
    await listenerIsRegistered(callId);
    await press(stranger, callId, 7);
    await withAdmin(async (admin) => {
      for (const text of ["", "x", "{}"])
        await admin.xAdd(`graph-dtmf:{${callId}}:tones`, "*", { by: text, tone: text });
      await admin.xAdd(`graph-dtmf:{${callId}}:tones`, "*", { odd: "one" });
    });
    await press(other, callId, 1);
    await vi.waitFor(() => expect(tones.received).toEqual(["1:tone1+0"]), eventually);
  });

  test("stay on the instance that receives them without an encryption key", async () => {
    const without = new Uint8Array();
    const [reads, other] = [instance(without), instance(without)];
    const callId = randomUUID();
    const tones = collect(reads, callId);
    await press(other, callId, 1);
    await press(reads, callId, 2);
    expect(await withAdmin((admin) => admin.keys("*tones*"))).toEqual([]);
    await endCall(reads, callId);
    await tones.done;
    expect(tones.received).toEqual(["2:tone2+1"]);
  });
});

const createAdmin = (url: string) => createClient({ url });
type Admin = ReturnType<typeof createAdmin>;

function collect(receiver: NotificationReceiver, callId: string): { received: string[]; done: Promise<void> } {
  const received: string[] = [];
  const tones = receiver.tones(callId);
  const read = async (): Promise<void> => {
    for await (const { sequenceId, tone, gapBefore } of tones) received.push(`${sequenceId}:${tone}+${gapBefore}`);
  };
  return { received, done: read() };
}

const press = (to: NotificationReceiver, callId: string, sequenceId: number): Promise<void> =>
  post(to, callId, {
    changeType: "updated",
    resourceData: { state: "established", toneInfo: { sequenceId, tone: `tone${sequenceId}` } },
  });

const endCall = (to: NotificationReceiver, callId: string): Promise<void> =>
  post(to, callId, { changeType: "deleted", resourceData: { state: "terminated" } });

async function post(
  to: NotificationReceiver,
  callId: string,
  { changeType, resourceData }: { changeType: string; resourceData: object },
): Promise<void> {
  const data = { "@odata.type": "#microsoft.graph.call", ...resourceData };
  const value = [{ changeType, resourceUrl: `/communications/calls/${callId}`, resourceData: data }];
  const body = JSON.stringify({ "@odata.type": "#microsoft.graph.commsNotifications", value });
  const headers = { authorization: "Bearer token" };
  expect((await to.fetch(new Request("https://bot.test/", { method: "POST", body, headers }))).status).toBe(202);
}
