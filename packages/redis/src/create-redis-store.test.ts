import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { createRedisOperationStore, type RedisLocation } from "./index.ts";

const url = "redis://127.0.0.1:6379";

describe("a store with invalid options is rejected", () => {
  test.each([
    ["no location", undefined],
    ["neither url nor client", {}],
    ["a url that is none", { url: "127.0.0.1" }],
    ["another client", { client: { get: () => {} } }],
  ])("%s", (_, location) => {
    expect(() => createRedisOperationStore(location as unknown as RedisLocation)).toThrow(TypeError);
  });

  test.each([
    { prefix: "{tag}:" },
    { prefix: "a}" },
    { ttlMs: 0 },
    { ttlMs: 0.5 },
    { ttlMs: Number.POSITIVE_INFINITY },
  ])("%o", (options) => {
    expect(() => createRedisOperationStore({ url }, options)).toThrow(TypeError);
  });
});

describe("without a Redis server", () => {
  const callEnd = { type: "callEnd", callId: "call" } as const;

  test("every request is rejected, and none waits", async () => {
    const store = createRedisOperationStore({ url: await unusedUrl() });
    const key = { callId: "call", clientContext: "context" };
    const requests = [store.put(callEnd), store.open(key, Date.now() + 1_000), store.read(key)];
    for (const result of await Promise.allSettled(requests)) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: "store_unavailable" } });
    }
    await store.close();
  });

  test("a closed store rejects with closed", async () => {
    const store = createRedisOperationStore({ url: await unusedUrl() });
    await store.close();
    await expect(store.put(callEnd)).rejects.toMatchObject({ code: "closed" });
  });
});

async function unusedUrl(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `redis://127.0.0.1:${port}`;
}
