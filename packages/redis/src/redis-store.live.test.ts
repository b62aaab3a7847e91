import { randomBytes } from "node:crypto";
import { storeContract } from "@graph-dtmf/notifications/testing";
import { createCluster } from "redis";
import { afterAll, beforeAll, describe, test } from "vitest";
import { skipWithoutRedis } from "./__fixtures__/skip-without-redis.ts";
import { createRedisOperationStore, type RedisClient } from "./index.ts";
import { type RedisCluster, type RedisServer, startRedisCluster, startRedisServer } from "./testing/index.ts";

const encryptionKey = randomBytes(32);
const given = process.env.REDIS_URL;
const skipped = skipWithoutRedis();

describe.skipIf(skipped && !given)("a store on one Redis server fulfils the contract of stores", () => {
  let redis: RedisServer | undefined;
  beforeAll(async () => {
    if (!given) redis = await startRedisServer();
  });
  afterAll(() => redis?.close());

  const makeStore = () => createRedisOperationStore({ url: given ?? redis?.url ?? "" }, { encryptionKey });
  for (const { name, run } of storeContract(makeStore)) test(name, run);
});

describe.skipIf(skipped)("a store on a Cluster of three nodes fulfils the contract of stores", () => {
  let cluster: RedisCluster;
  let client: RedisClient;
  beforeAll(async () => {
    cluster = await startRedisCluster();
    client = createCluster({ rootNodes: cluster.nodes.map(({ url }) => ({ url })) });
    await client.connect();
  });
  afterAll(async () => {
    client?.destroy();
    await cluster?.close();
  });

  for (const { name, run } of storeContract(() => createRedisOperationStore({ client }, { encryptionKey })))
    test(name, run);
});
