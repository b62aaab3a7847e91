import { randomUUID } from "node:crypto";
import type { OperationStore, StoredEvent } from "@graph-dtmf/models";
import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { completed, completion } from "./__fixtures__/completion.ts";
import { skipWithoutRedis } from "./__fixtures__/skip-without-redis.ts";
import { createRedisOperationStore, type RedisOperationStoreOptions } from "./index.ts";
import { type RedisServer, startRedisServer } from "./testing/index.ts";

const FAR_AHEAD_MS = 600_000;
const deadline = (): number => Date.now() + FAR_AHEAD_MS;

/** A store of one instance, with the events that its listener got. */
interface Instance extends OperationStore {
  readonly events: StoredEvent[];
  next(): Promise<StoredEvent>;
}

describe.skipIf(skipWithoutRedis())("instances that share a Redis", () => {
  let redis: RedisServer;
  let admin: ReturnType<typeof createClient>;
  const instances: OperationStore[] = [];

  beforeAll(async () => {
    redis = await startRedisServer();
    admin = createClient({ url: redis.url });
    await admin.connect();
  });
  afterEach(async () => {
    await Promise.all(instances.splice(0).map((instance) => instance.close()));
    await admin.flushAll();
  });
  afterAll(async () => {
    admin?.destroy();
    await redis?.close();
  });

  const instance = (options?: RedisOperationStoreOptions): Instance => {
    const store = createRedisOperationStore({ url: redis.url }, options);
    instances.push(store);
    const events: StoredEvent[] = [];
    const waiting: ((event: StoredEvent) => void)[] = [];
    store.listen((event) => {
      const waits = waiting.shift();
      if (waits) waits(event);
      else events.push(event);
    });
    const next = (): Promise<StoredEvent> => {
      const event = events.shift();
      return event ? Promise.resolve(event) : new Promise((resolve) => waiting.push(resolve));
    };
    return Object.assign(store, { events, next });
  };

  /** How often the server ran each command, from any client or script. */
  const commandsOf = async (work: () => Promise<unknown>): Promise<Record<string, number>> => {
    await admin.configResetStat();
    await work();
    const lines = (await admin.info("commandstats")).matchAll(/cmdstat_([\w|]+):calls=(\d+)/g);
    const counts = Object.fromEntries([...lines].map(([, name, calls]) => [name, Number(calls)]));
    delete counts["config|resetstat"];
    return counts;
  };

  test("only the instance that waits gets what another one put", async () => {
    const [waits, notified, third] = [instance(), instance(), instance()];
    const { key, event } = completion();
    await third.open(completion().key, deadline());
    await waits.open(key, deadline());
    expect(await notified.put(event)).toBe("new");
    expect(await waits.next()).toEqual(event);
    expect(await third.put(event)).toBe("seen");
    expect([...waits.events, ...notified.events, ...third.events]).toEqual([]);
  });

  test("a call's end reaches all instances that wait in it", async () => {
    const [one, other, notified] = [instance(), instance(), instance()];
    const callId = randomUUID();
    await one.open({ callId, clientContext: "a" }, deadline());
    await other.open({ callId, clientContext: "b" }, deadline());
    const end: StoredEvent = { type: "callEnd", callId, resultInfo: { code: 200, subcode: 5001 } };
    expect(await notified.put(end)).toBe("new");
    expect(await notified.put(end)).toBe("seen");
    expect(await one.next()).toEqual(end);
    expect(await other.next()).toEqual(end);
  });

  test("an instance that starts to wait in an ended call gets the end", async () => {
    const [one, other] = [instance(), instance()];
    const callId = randomUUID();
    await other.put({ type: "callEnd", callId });
    await one.open({ callId, clientContext: "a" }, deadline());
    expect(await one.next()).toEqual({ type: "callEnd", callId });
  });

  test("an end without a clientContext reaches the instances that wait in the call", async () => {
    const [waits, notified] = [instance(), instance()];
    const { key, event } = completion();
    await waits.open(key, deadline());
    const { clientContext: _, ...anonymous } = event;
    await notified.put(anonymous);
    expect(await waits.next()).toEqual(anonymous);
  });

  test("an end without a clientContext that came before the operation's id is found by that id", async () => {
    const [waits, notified, resumes] = [instance(), instance(), instance()];
    const { key, event } = completion();
    const { clientContext: _, ...anonymous } = event;
    await notified.put(anonymous);
    await waits.open(key, deadline());
    expect(await waits.read(key)).toBeUndefined();
    await waits.open(key, deadline(), { resume: true, operationId: event.operationId ?? "" });
    expect(await waits.next()).toEqual(event);
    expect(await waits.read(key)).toEqual(event.outcome);
    await resumes.open(key, deadline(), { resume: true });
    expect(await resumes.next()).toEqual(event);
  });

  test("an outcome of another operation settles no wait", async () => {
    const [waits, notified] = [instance(), instance()];
    const { key, event } = completion();
    await waits.open(key, deadline());
    await waits.open(key, deadline(), { resume: true, operationId: randomUUID() });
    await notified.put(event);
    expect(await waits.read(key)).toBeUndefined();
  });

  test("an operation that ended before its wait was registered is found by its id", async () => {
    const [waits, notified] = [instance(), instance()];
    const { key, event } = completion();
    await notified.put(event);
    await waits.open(key, deadline());
    expect(await waits.read(key)).toBeUndefined();
    await waits.open(key, deadline(), { resume: true, operationId: event.operationId ?? "" });
    expect(await waits.next()).toEqual(event);
  });

  test("a resumed wait keeps its deadline", async () => {
    const [began, resumes, other] = [instance(), instance(), instance()];
    const { key } = completion();
    const first = Date.now() + 90_000;
    expect(await began.open(key, deadline())).toBeGreaterThan(first);
    expect(await began.open(key, first, { resume: true })).toBe(first);
    expect(Math.abs((await resumes.open(key, deadline(), { resume: true })) - first)).toBeLessThan(1_000);
    const unknown = deadline();
    expect(await other.open(completion().key, unknown, { resume: true })).toBe(unknown);
  });

  test("a wait can be resumed until a new one starts under its key", async () => {
    const [one, other] = [instance(), instance()];
    const { key, event } = completion();
    await one.open(key, deadline());
    await other.put(event);
    await other.open(key, deadline(), { resume: true });
    expect(await other.read(key)).toEqual(event.outcome);
    await one.open(key, deadline());
    expect(await other.read(key)).toBeUndefined();
  });

  test("bots with different prefixes share nothing", async () => {
    const [one, other] = [instance({ prefix: "one:" }), instance({ prefix: "other:" })];
    const { key, event } = completion();
    await one.open(key, deadline());
    expect(await other.put(event)).toBe("new");
    expect(await one.put(event)).toBe("new");
    expect((await admin.keys("*")).every((name) => /^(one|other):/.test(name))).toBe(true);
  });

  test("stored data expires after the TTL", async () => {
    const [one, other] = [instance({ ttlMs: 60_000 }), instance({ ttlMs: 60_000 })];
    const { key, event } = completion();
    await one.open(key, Date.now() + 30_000);
    await other.put(event);
    await other.put({ ...completion().event, clientContext: "no wait" });
    await other.put({ type: "callEnd", callId: key.callId });
    const names = await admin.keys("*");
    expect(names.length).toBeGreaterThanOrEqual(5);
    for (const name of names) {
      const ttlMs = await admin.pTTL(name);
      expect(ttlMs, name).toBeGreaterThan(0);
      expect(ttlMs, name).toBeLessThanOrEqual(60_000);
    }
  });

  test("expired waits of a call are removed", async () => {
    const [short, other, long] = [instance(), instance(), instance()];
    const callId = randomUUID();
    await short.open({ callId, clientContext: "a" }, Date.now() + 20);
    await other.open({ callId, clientContext: "b" }, deadline());
    await vi.waitFor(async () => {
      await long.open({ callId, clientContext: "c" }, deadline());
      const waiters = await admin.get(`graph-dtmf:{${callId}}:waits`);
      expect(waiters?.match(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g)).toHaveLength(2);
    });
    await instance().put({ type: "callEnd", callId });
    expect(await other.next()).toEqual({ type: "callEnd", callId });
    expect(await long.next()).toEqual({ type: "callEnd", callId });
    expect(short.events).toEqual([]);
  });

  test("a longer deadline extends the registration, a shorter one does not shorten it", async () => {
    const [waits, notified] = [instance({ ttlMs: 1_000 }), instance({ ttlMs: 1_000 })];
    const { key, event } = completion();
    const name = `graph-dtmf:{${key.callId}}:waits`;
    await waits.open(key, Date.now() + 30_000);
    const beforeMs = await admin.pTTL(name);
    await waits.open(key, Date.now() + 60_000, { resume: true });
    expect(await admin.pTTL(name)).toBeGreaterThan(beforeMs + 20_000);
    await waits.open({ ...key, clientContext: "another" }, Date.now() + 2_000);
    await notified.open({ ...key, clientContext: "a third" }, Date.now() + 2_000);
    expect(await admin.pTTL(name)).toBeGreaterThan(beforeMs + 20_000);
    await notified.put(event);
    expect(await waits.next()).toEqual(event);
  });

  test("the cost of a completion does not depend on the number of instances and waits", async () => {
    const measure = async (waits: number, others: number): Promise<Record<string, number>> => {
      const [waiting, notified] = [instance(), instance()];
      const { key, event } = completion();
      await Promise.all(Array.from({ length: waits }, () => waiting.open(completion().key, deadline())));
      await Promise.all(Array.from({ length: others }, () => instance().open(completion().key, deadline())));
      await waiting.open(key, deadline());
      await notified.put(event);
      const next = completion();
      await waiting.open(next.key, deadline());
      await waiting.next();
      const { pexpire: _, ...counts } = await commandsOf(async () => {
        await notified.put(next.event);
        await waiting.next();
      });
      return counts;
    };
    const few = await measure(0, 0);
    expect(few).toMatchObject({ evalsha: 1, publish: 1 });
    expect(await measure(500, 6)).toEqual(few);
  });

  test("events that are put together are stored in one call and published in one message", async () => {
    const [waits, notified] = [instance(), instance()];
    const many = Array.from({ length: 100 }, () => completion());
    await Promise.all(many.map(({ key }) => waits.open(key, deadline())));
    const counts = await commandsOf(async () => {
      await Promise.all(many.map(({ event }) => notified.put(event)));
      for (const { event } of many) expect(await waits.next()).toEqual(event);
    });
    expect(counts).toMatchObject({ evalsha: 1, publish: 1 });
  });

  test("no tones of operations are stored, though a future Graph may send them", async () => {
    const [waits, notified] = [instance(), instance()];
    const { key, event } = completion();
    await waits.open(key, deadline());
    await notified.put({
      ...event,
      outcome: completed({ id: "x", tones: ["tone4", "tone7"], note: [{ toneInfo: { tone: "star" } }] }),
    });
    expect(await waits.next()).toMatchObject({ outcome: { operation: { id: "x", note: [{}] } } });
    const dump = await Promise.all((await admin.keys("*wait*")).map((name) => admin.dump(name)));
    expect(String(dump)).not.toMatch(/tone4|star/);
  });

  describe("data of other programs in Redis", () => {
    const garbage = [
      "",
      "null",
      "[",
      "{}",
      '"x"',
      "[1,null,{}]",
      '[{"type":"completion","callId":"c"}]',
      "\u0000\uffff",
    ];

    test("does not disturb listeners", async () => {
      const [waits, notified] = [instance(), instance()];
      const { key, event } = completion();
      await waits.open(key, deadline());
      const [channel = ""] = await admin.pubSubChannels("*");
      for (const name of await admin.pubSubChannels("*")) for (const text of garbage) await admin.publish(name, text);
      expect(channel).toMatch(/^graph-dtmf:to:/);
      await notified.put(event);
      expect(await waits.next()).toEqual(event);
    });

    test("is no outcome", async () => {
      const store = instance();
      const { key, event } = completion();
      for (const text of [...garbage, '{"outcome":"completed"}', '{"outcome":"completed","operation":7}']) {
        await store.open(key, deadline());
        await store.put({ ...event, operationId: randomUUID() });
        const [name = ""] = await admin.keys("*:wait:*");
        for (const value of [text, packed(text, text, text, text, text, text)]) {
          await admin.set(name, value);
          expect(await store.read(key), text).toBeUndefined();
        }
        await store.open(key, deadline(), { resume: true });
      }
    });

    test("about waiting instances counts as none, and is overwritten", async () => {
      const [waits, notified] = [instance(), instance()];
      const odd = [
        packed("x"),
        packed("x", "y"),
        Buffer.from([0x81, 0xa1, 0x78, 0xa1, 0x79]),
        Buffer.from([0x93, 1, 2, 3]),
      ];
      for (const value of [...garbage, ...odd]) {
        const { key, event } = completion();
        const name = `graph-dtmf:{${key.callId}}:waits`;
        await admin.set(name, value);
        expect(await notified.put({ type: "callEnd", callId: key.callId })).toBe("new");
        await waits.open(key, deadline());
        expect(await waits.next()).toMatchObject({ type: "callEnd" });
        expect(await notified.put(event)).toBe("new");
        expect(await waits.next()).toEqual(event);
      }
      const { key, event } = completion();
      for (const kind of ["waits", `wait:${key.clientContext}`]) {
        await admin.lPush(`graph-dtmf:{${key.callId}}:${kind}`, "a list");
      }
      await waits.open(key, deadline());
      expect(await notified.put(event)).toBe("new");
      expect(await waits.next()).toEqual(event);
    });

    test("in one key only fails operations on this key", async () => {
      const store = instance();
      const [spoiled, sound] = [completion(), completion()];
      // An expiry time that Redis rejects.
      await admin.set(`graph-dtmf:{${spoiled.key.callId}}:wait:${spoiled.key.clientContext}`, packed("0", "inf"));
      const [failed, kept] = await Promise.allSettled([store.put(spoiled.event), store.put(sound.event)]);
      expect(failed).toMatchObject({ status: "rejected", reason: { code: "store_unavailable" } });
      expect(kept).toEqual({ status: "fulfilled", value: "new" });
      await admin.flushAll();
      // It was not stored, so it does not count as seen.
      expect(await store.put(spoiled.event)).toBe("new");
    });
  });

  test("ids of any length and characters are kept apart", async () => {
    const store = instance();
    const ids = ["}", "{", "{}", "a}b{c", " ", "x".repeat(10_000), "x".repeat(10_001), "é", "\u0000", "a\nb"];
    const all = ids.flatMap((callId) => ids.map((clientContext) => completion({ callId, clientContext })));
    for (const { key, event } of all) {
      await store.open(key, deadline());
      await store.put(event);
    }
    for (const { key, event } of all) expect(await store.read(key)).toEqual(event.outcome);
    expect(Math.max(...(await admin.keys("*")).map((name) => name.length))).toBeLessThan(400);
  });
});

/** Texts in MessagePack, one after the other: the format of the scripts. */
function packed(...texts: string[]): Buffer {
  return Buffer.concat(texts.flatMap((text) => [Buffer.from([0xd9, Buffer.byteLength(text)]), Buffer.from(text)]));
}
