import { fileURLToPath } from "node:url";
import { type RedisServer, startRedisServer } from "@graph-dtmf/redis/testing";
import { type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { skipWithoutRedis } from "../__fixtures__/skip-without-redis.ts";
import { type Fleet, startFleet } from "./fleet.ts";

const program = fileURLToPath(new URL("../../dist/instance.js", import.meta.url));

describe.skipIf(skipWithoutRedis())("a fleet of three instances", () => {
  let simulator: Simulator;
  let redis: RedisServer;
  let fleet: Fleet;
  const notified: number[] = [];

  beforeAll(async () => {
    simulator = await startSimulator({ speed: 50 });
    redis = await startRedisServer();
    fleet = await startFleet({
      count: 3,
      graph: { ...simulator, graphUrl: simulator.url },
      redisUrl: redis.url,
      program,
      onMessage: (message, number) => "notified" in message && notified.push(number),
    });
  });
  afterAll(async () => {
    await fleet?.close();
    await redis?.close();
    await simulator?.close();
  });

  test("settles each wait on the instance that sent, whichever instance receives the notification", async () => {
    const [first] = fleet.instances;
    const created = await first?.execute({ command: "createCall" });
    expect(created).toHaveProperty("callId");
    const callId = (created as { callId: string }).callId;
    await expect.poll(() => simulator.call(callId).state, { timeout: 10_000 }).toBe("established");
    for (const [n, instance] of [...fleet.instances, ...fleet.instances].entries()) {
      expect(await instance.execute({ command: "sendTones", callId, clientContext: `${n}`, keys: "1#" })).toMatchObject(
        {
          outcome: { outcome: "completed", played: "all", operation: { clientContext: `${n}` } },
        },
      );
    }
    expect(new Set(notified).size).toBe(3);
  });
});
