import { randomUUID } from "node:crypto";
import type { CallLeases, LeasedCall } from "@graph-dtmf/models";
import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { skipWithoutRedis } from "./__fixtures__/skip-without-redis.ts";
import { createRedisOperationStore, type RedisOperationStoreOptions } from "./index.ts";
import { type RedisServer, startRedisServer } from "./testing/index.ts";

const LEASE_MS = 1_200_000;

describe.skipIf(skipWithoutRedis())("leases in Redis", () => {
  let redis: RedisServer;
  let admin: ReturnType<typeof createClient>;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    redis = await startRedisServer();
    admin = createClient({ url: redis.url });
    await admin.connect();
  });
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()));
    await admin.flushAll();
  });
  afterAll(async () => {
    admin?.destroy();
    await redis?.close();
  });

  const instance = (options?: RedisOperationStoreOptions): CallLeases => {
    const store = createRedisOperationStore({ url: redis.url }, options);
    closing.push(() => store.close());
    if (!store.leases) throw new Error("expected a store with leases");
    return store.leases;
  };
  const calls = (count: number): LeasedCall[] => Array.from({ length: count }, () => ({ callId: randomUUID() }));
  const take = (leases: CallLeases, all: LeasedCall[], forMs: number) =>
    Promise.all(all.map((call) => leases.take(call, forMs)));

  test("an expired lease goes to one instance, however many request it at once", async () => {
    const [stopped, one, other, third] = [instance(), instance(), instance(), instance()];
    const all = calls(250);
    await take(stopped, all, 0);
    await take(stopped, calls(20), LEASE_MS);
    const requests = [one, other, third, one, other].map((leases) => leases.takeOver(LEASE_MS));
    const taken = (await Promise.all(requests)).map((some) => some.map(({ callId }) => callId));
    expect(taken.flat().sort()).toEqual(all.map(({ callId }) => callId).sort());
    expect(Math.max(...taken.map(({ length }) => length))).toBe(100);
  });

  test("the cost of taking over does not depend on the number of calls", async () => {
    const [holder, other] = [instance(), instance()];
    const measure = async (): Promise<Record<string, number>> => {
      await admin.configResetStat();
      await other.takeOver(LEASE_MS);
      const lines = (await admin.info("commandstats")).matchAll(/cmdstat_([\w|]+):calls=(\d+)/g);
      return Object.fromEntries([...lines].map(([, name, count]) => [name, Number(count)]));
    };
    await take(holder, calls(1), LEASE_MS);
    await other.takeOver(LEASE_MS);
    const few = await measure();
    expect(few).toMatchObject({ evalsha: 1, zrangebyscore: 1 });
    await take(holder, calls(2_000), LEASE_MS);
    expect(await measure()).toEqual(few);
  });

  test("leases of one bot are invisible to another", async () => {
    const [one, other] = [instance({ prefix: "one:" }), instance({ prefix: "other:" })];
    await take(one, calls(1), 0);
    expect(await other.takeOver(LEASE_MS)).toEqual([]);
    expect(await one.takeOver(LEASE_MS)).toHaveLength(1);
    expect((await admin.keys("*")).every((name) => name.startsWith("one:{leases}:"))).toBe(true);
  });

  test("leases are removed after a time, but not before they expire", async () => {
    const leases = instance({ ttlMs: 60_000 });
    const [kept, ended] = calls(2) as [LeasedCall, LeasedCall];
    await leases.take(ended, LEASE_MS);
    await leases.take(kept, LEASE_MS);
    await leases.renew(kept, 1_000);
    await leases.end(ended.callId);
    const names = await admin.keys("*");
    expect(names.sort()).toEqual(["due", "ended", "held"].map((name) => `graph-dtmf:{leases}:${name}`));
    for (const name of names) {
      const ttlMs = await admin.pTTL(name);
      expect(ttlMs, name).toBeGreaterThan(LEASE_MS - 60_000);
      expect(ttlMs, name).toBeLessThanOrEqual(LEASE_MS);
    }
  });

  test("ended leases leave only the fact that they ended, for a limited time", async () => {
    const leases = instance();
    const [one, other] = calls(2) as [LeasedCall, LeasedCall];
    await leases.end(randomUUID());
    expect(await admin.keys("*")).toEqual([]);
    await leases.take(one, LEASE_MS);
    await leases.end(one.callId);
    expect(await admin.keys("*")).toEqual(["graph-dtmf:{leases}:ended"]);
    await admin.zAdd("graph-dtmf:{leases}:ended", { score: Date.now() - 60_000, value: one.callId });
    await leases.take(other, LEASE_MS);
    await leases.end(other.callId);
    expect(await admin.zRange("graph-dtmf:{leases}:ended", 0, -1)).toEqual([other.callId]);
  });

  test("data of other programs does not disturb leases", async () => {
    const leases = instance();
    const [call] = calls(1) as [LeasedCall];
    for (const text of ["", " ", "x", "\u0000", `${"y".repeat(500)}`]) {
      await admin.hSet("graph-dtmf:{leases}:held", { [call.callId]: text, [text]: text });
      await admin.zAdd("graph-dtmf:{leases}:due", { score: 1, value: text });
      await leases.takeOver(LEASE_MS);
      expect(await leases.renew(call, LEASE_MS)).toBe(true);
      await leases.end(call.callId);
      await leases.take(call, LEASE_MS);
    }
    await admin.flushAll();
    await admin.set("graph-dtmf:{leases}:held", "spoiled");
    await expect(leases.take(call, LEASE_MS)).rejects.toMatchObject({ code: "store_unavailable" });
    expect(await admin.keys("*due*")).toEqual([]);
  });
});
