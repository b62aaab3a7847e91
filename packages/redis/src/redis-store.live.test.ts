import { storeContract } from "@graph-dtmf/notifications/testing";
import { createCluster } from "redis";
import { afterAll, beforeAll, describe, test } from "vitest";
import { hasRedis, type RedisServer, startCluster, startRedis } from "./__fixtures__/redis-server.ts";
import { createRedisOperationStore, type RedisClient } from "./index.ts";

const skipped = !hasRedis();

describe.skipIf(skipped)("a store on one Redis keeps the contract of stores", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.close());

  for (const { name, run } of storeContract(() => createRedisOperationStore({ url: redis.url }))) test(name, run);
});

describe.skipIf(skipped)("a store on a Cluster of three nodes keeps the contract of stores", () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  let client: RedisClient & { close(): Promise<void> };
  beforeAll(async () => {
    cluster = await startCluster();
    client = createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) });
    await client.connect();
  });
  afterAll(async () => {
    await client?.close();
    await cluster?.close();
  });

  for (const { name, run } of storeContract(() => createRedisOperationStore({ client }))) test(name, run);
});
