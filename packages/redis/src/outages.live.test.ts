import type { OperationStore, StoredEvent } from "@graph-dtmf/models";
import { createClient } from "redis";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { completion } from "./__fixtures__/completion.ts";
import { skipWithoutRedis } from "./__fixtures__/skip-without-redis.ts";
import { createRedisOperationStore } from "./index.ts";
import { type RedisServer, startRedisServer } from "./testing/index.ts";

const deadline = (): number => Date.now() + 600_000;
const createAdmin = (url: string) => createClient({ url });
type Admin = ReturnType<typeof createAdmin>;
const eventually = { timeout: 20_000, interval: 20 };
const unavailable = { code: "store_unavailable" };

describe.skipIf(skipWithoutRedis())("a Redis that is unavailable at times", () => {
  let redis: RedisServer;
  const opened: { close(): unknown }[] = [];

  beforeEach(async () => {
    redis = await startRedisServer();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((thing) => thing.close()));
    await redis?.close();
  });

  const instance = (): OperationStore & { events: StoredEvent[] } => {
    const store = createRedisOperationStore({ url: redis.url });
    const events: StoredEvent[] = [];
    store.listen((event) => events.push(event));
    opened.push(store);
    return Object.assign(store, { events });
  };
  const withAdmin = async <T>(work: (admin: Admin) => Promise<T>): Promise<T> => {
    const admin = createAdmin(redis.url);
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      admin.destroy();
    }
  };
  /** Puts an event, with repetitions until it succeeds. */
  const putUntilStored = (store: OperationStore, event: StoredEvent): Promise<string> =>
    vi.waitFor(() => store.put(event), eventually);

  test("rejects at once what it cannot store, and accepts it when it is available again", async () => {
    const store = instance();
    const { key, event } = completion();
    await store.open(key, deadline());
    await redis.kill();
    await vi.waitFor(() => expect(store.put(event)).rejects.toMatchObject(unavailable), eventually);
    await expect(store.open(key, deadline())).rejects.toMatchObject(unavailable);
    await expect(store.read(key)).rejects.toMatchObject(unavailable);
    await redis.start();
    expect(await putUntilStored(store, event)).toBe("new");
    // Once or more, as the contract of stores allows: as an announcement, and by registering the wait again.
    await vi.waitFor(() => expect(store.events[0]).toEqual(event), eventually);
    expect(new Set(store.events.map((event) => JSON.stringify(event))).size).toBe(1);
  });

  test("may start later than the instances", async () => {
    await redis.kill();
    const [waits, notified] = [instance(), instance()];
    const { key, event } = completion();
    await expect(waits.open(key, deadline())).rejects.toMatchObject(unavailable);
    await redis.start();
    expect(await putUntilStored(notified, event)).toBe("new");
    // The store registers the wait again by itself. The outcome was put after the wait began, so it counts.
    await vi.waitFor(() => expect(waits.events).toContainEqual(event), eventually);
  });

  test("may lose everything: waits are registered again", async () => {
    const [waits, notified] = [instance(), instance()];
    const [first, second] = [completion(), completion()];
    await waits.open(first.key, deadline());
    await waits.open(second.key, deadline(), { resume: true, operationId: second.event.operationId ?? "" });
    await redis.kill();
    await redis.start();
    await vi.waitFor(() => withAdmin(async (admin) => expect(await admin.keys("*:waits")).toHaveLength(2)), eventually);
    await putUntilStored(notified, first.event);
    const { clientContext: _, ...anonymous } = second.event;
    await putUntilStored(notified, anonymous);
    for (const { operationId = "" } of [first.event, anonymous]) {
      await vi.waitFor(() => expect(waits.events).toContainEqual(expect.objectContaining({ operationId })), eventually);
    }
  });

  test("messages that were lost are read afterwards", async () => {
    const [waits, notified] = [instance(), instance()];
    const { key, event } = completion();
    await waits.open(key, deadline());
    await withAdmin(async (admin) => {
      // Simulates a message connection that is lost at the moment of the message, which no client then receives.
      const name = `graph-dtmf:{${key.callId}}:waits`;
      await admin.rename(name, "elsewhere");
      expect(await notified.put(event)).toBe("new");
      await admin.rename("elsewhere", name);
      expect(waits.events).toEqual([]);
      await admin.sendCommand(["CLIENT", "KILL", "TYPE", "pubsub"]);
    });
    await vi.waitFor(() => expect(waits.events).toContainEqual(event), eventually);
  });

  test("a full Redis stores nothing partially", async () => {
    const store = instance();
    const { key, event } = completion();
    await store.open(key, deadline());
    await withAdmin(async (admin) => {
      await admin.configSet("maxmemory", "1");
      await expect(store.put(event)).rejects.toMatchObject(unavailable);
      await expect(store.open(completion().key, deadline())).rejects.toMatchObject(unavailable);
      await admin.configSet("maxmemory", "0");
    });
    expect(await store.put(event)).toBe("new");
    expect(await store.read(key)).toEqual(event.outcome);
  });

  test("commands to a Redis that hangs fail after 2 s, then at once; later it accepts everything", async () => {
    const store = instance();
    const { key, event } = completion();
    await store.open(key, deadline());
    redis.freeze();
    const startedAt = performance.now();
    const puts: Promise<unknown>[] = [];
    // In separate iterations of the event loop, so that each is a batch of its own.
    for (let n = 0; n < 100; n++) {
      puts.push(store.put(completion().event));
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const { status } of await Promise.allSettled(puts)) expect(status).toBe("rejected");
    expect(performance.now() - startedAt).toBeGreaterThan(1_900);
    await expect(store.put(event)).rejects.toMatchObject({ message: "Redis does not answer" });
    redis.thaw();
    expect(await putUntilStored(store, event)).toBe("new");
  });

  test("with appendfsync always a restart loses nothing", async () => {
    await redis.close();
    redis = await startRedisServer("--appendonly", "yes", "--appendfsync", "always");
    const [waits, notified] = [instance(), instance()];
    const all = Array.from({ length: 50 }, () => completion());
    await Promise.all(all.map(({ key }) => waits.open(key, deadline())));
    await Promise.all(all.map(({ event }) => notified.put(event)));
    await redis.kill("SIGKILL");
    await redis.start();
    const anew = instance();
    for (const { key, event } of all) {
      await anew.open(key, deadline(), { resume: true });
      expect(await anew.read(key)).toEqual(event.outcome);
      expect(await putUntilStored(notified, event)).toBe("seen");
    }
  });

  test("a wait that was opened during an outage starts anew, whatever Redis has stored", async () => {
    await redis.close();
    redis = await startRedisServer("--appendonly", "yes", "--appendfsync", "always");
    const store = instance();
    const { key, event } = completion();
    await store.open(key, deadline());
    await store.put(event);
    await redis.kill();
    await vi.waitFor(() => expect(store.open(key, deadline())).rejects.toMatchObject(unavailable), eventually);
    await redis.start();
    await vi.waitFor(async () => expect(await store.read(key)).toBeUndefined(), eventually);
    expect(store.events).toEqual([event]);
  });

  test("without persistence a restart loses outcomes and deduplication, and nothing else", async () => {
    const [waits, notified] = [instance(), instance()];
    const [ended, pending] = [completion(), completion()];
    await waits.open(ended.key, deadline());
    await waits.open(pending.key, deadline());
    await notified.put(ended.event);
    await redis.kill("SIGKILL");
    await redis.start();
    expect(await putUntilStored(notified, pending.event)).toBe("new");
    await vi.waitFor(() => expect(waits.events).toContainEqual(pending.event), eventually);
    expect(await waits.read(ended.key)).toBeUndefined();
    expect(await putUntilStored(notified, ended.event)).toBe("new");
  });
});
