import { fileURLToPath } from "node:url";
import { type RedisServer, startRedisServer } from "@graph-dtmf/redis/testing";
import { type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { skipWithoutRedis } from "../__fixtures__/skip-without-redis.ts";
import { type Fleet, startFleet } from "./fleet.ts";

const program = fileURLToPath(new URL("../../dist/instance.js", import.meta.url));

describe.skipIf(skipWithoutRedis())("three instances", () => {
  let simulator: Simulator;
  let redis: RedisServer;
  let fleet: Fleet;
  const heardBy: number[] = [];

  beforeAll(async () => {
    simulator = await startSimulator({ speed: 50 });
    redis = await startRedisServer();
    fleet = await startFleet({
      count: 3,
      graph: { ...simulator, graphUrl: simulator.url },
      redisUrl: redis.url,
      program,
      heard: (message, number) => "heard" in message && heardBy.push(number),
    });
  });
  afterAll(async () => {
    await fleet?.close();
    await redis?.close();
    await simulator?.close();
  });

  test("each knows how its operations end, whoever hears of it", async () => {
    const [first] = fleet.instances;
    const created = await first?.ask({ do: "call" });
    expect(created).toHaveProperty("callId");
    const callId = (created as { callId: string }).callId;
    await expect.poll(() => simulator.call(callId).state, { timeout: 10_000 }).toBe("established");
    for (const [n, instance] of [...fleet.instances, ...fleet.instances].entries()) {
      expect(await instance.ask({ do: "press", callId, clientContext: `${n}`, keys: "1#" })).toMatchObject({
        ended: { outcome: "completed", played: "all", operation: { clientContext: `${n}` } },
      });
    }
    expect(new Set(heardBy).size).toBe(3);
  });
});
