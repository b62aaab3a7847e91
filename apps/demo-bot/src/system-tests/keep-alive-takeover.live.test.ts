import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { createCallingBot } from "@graph-dtmf/bot";
import { createDtmfClient } from "@graph-dtmf/client";
import type { Clock } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import {
  createGraphCallingVerifier,
  createNotificationReceiver,
  createOperationTracker,
} from "@graph-dtmf/notifications";
import { createRedisOperationStore } from "@graph-dtmf/redis";
import { type RedisServer, startRedisServer } from "@graph-dtmf/redis/testing";
import { type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { build } from "esbuild";
import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { skipWithoutRedis } from "../__fixtures__/skip-without-redis.ts";

/** Inside the repository, so that imports of packages resolve. */
const cache = join(import.meta.dirname, "../../../node_modules/.cache");
const MINUTE_MS = 60_000;
const POLLING = { timeout: 20_000, interval: 10 };
/** The sorted set of leases. Scores are expiry times. */
const LEASES = "graph-dtmf:{leases}:due";

describe.skipIf(skipWithoutRedis())("keepAlive of a call after its instance was killed", () => {
  let folder: string;
  let redis: RedisServer;
  let admin: ReturnType<typeof createClient>;
  let simulator: Simulator;
  let clock: ReturnType<typeof createManualClock>;
  let child: ChildProcess | undefined;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    await mkdir(cache, { recursive: true });
    folder = await mkdtemp(join(cache, "keep-alive-takeover-"));
    redis = await startRedisServer();
    admin = createClient({ url: redis.url });
    await admin.connect();
  });
  beforeEach(async () => {
    await admin.flushAll();
    clock = createManualClock(Date.now());
    simulator = await startSimulator({ clock });
  });
  afterEach(async () => {
    child?.kill("SIGKILL");
    for (const close of closing.splice(0)) await close();
    await simulator.close();
  });
  afterAll(async () => {
    admin?.destroy();
    await redis?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts a process that creates a call and keeps it alive, then kills the process. Returns the id of the call. */
  const createCallAndKill = async (): Promise<string> => {
    const program = join(folder, "instance.mjs");
    const { url, openIdConfigurationUrl, appId, tenantId } = simulator;
    const graph = { baseUrl: url, openIdConfigurationUrl, appId, tenantIds: [tenantId] };
    const { token } = await simulator.credential.getToken("https://graph.microsoft.com/.default");
    const contents = `
      import { createCallingBot } from "@graph-dtmf/bot";
      import { createRedisOperationStore } from "@graph-dtmf/redis";
      const store = createRedisOperationStore({ url: "${redis.url}" });
      const credential = async () => (${JSON.stringify(token)});
      const bot = createCallingBot({ ...${JSON.stringify(graph)}, credential, store, callbackUri: "${url}/unused" });
      const call = await bot.createCall({ targets: [{ phone: { id: "+15550100" } }] });
      call.keepAlive();
      process.send(call.id);
      process.on("message", () => {});`;
    await build({
      stdin: { contents, resolveDir: import.meta.dirname, loader: "ts" },
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
      conditions: ["@graph-dtmf/source"],
      external: ["jose", "undici", "@microsoft/microsoft-graph-client", "redis"],
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    });
    const process = fork(program, { execArgv: [], cwd: import.meta.dirname });
    child = process;
    const [callId] = await once(process, "message");
    await vi.waitFor(async () => expect(await admin.zScore(LEASES, callId)).not.toBeNull(), POLLING);
    const ended = once(process, "exit");
    process.kill("SIGKILL");
    await ended;
    return callId;
  };

  /** Starts another instance. `lookups()` is the number of times that it has looked for expired leases. */
  const startAnother = () => {
    let lookups = 0;
    const counting: Clock = {
      now: clock.now,
      after(delayMs, callback) {
        if (delayMs === MINUTE_MS) lookups++;
        return clock.after(delayMs, callback);
      },
    };
    const store = createRedisOperationStore({ url: redis.url });
    const operations = createOperationTracker({ store });
    const dtmf = createDtmfClient({ baseUrl: simulator.url, credential: simulator.credential, operations });
    const { mock: keepAlive } = vi.spyOn(dtmf.calls, "keepAlive");
    const verifier = createGraphCallingVerifier({ ...simulator, tenantIds: [simulator.tenantId] });
    const errors: unknown[] = [];
    const onError = (error: unknown): void => void errors.push(error);
    const receiver = createNotificationReceiver({ verifier, operations, onError });
    const bot = createCallingBot({ dtmf, receiver, operations, store, clock: counting, onError });
    closing.push(async () => {
      await bot.close();
      await dtmf.close();
      await operations.close();
      await store.close();
    });
    return { errors, keepAlive, lookups: () => lookups };
  };

  /** Advances the clock by a minute. Redis has its own clock, so the expiry of leases is moved by the same time. */
  const passMinute = async (): Promise<void> => {
    await clock.advance(MINUTE_MS);
    for (const callId of await admin.zRange(LEASES, 0, -1)) await admin.zIncrBy(LEASES, -MINUTE_MS, callId);
  };
  const keepAlives = () => simulator.requests.filter(({ action }) => action === "keepAlive");

  test("stops without another instance, and Graph ends the call after 45 minutes", async () => {
    const callId = await createCallAndKill();
    for (let minute = 0; minute < 46; minute++) await passMinute();
    expect(simulator.call(callId).state).toBe("terminated");
    expect(keepAlives()).toEqual([]);
  });

  test("continues for hours on exactly one of the other instances", async () => {
    const callId = await createCallAndKill();
    const others = [startAnother(), startAnother()];
    for (let minute = 0; minute < 180; minute++) {
      const before = others.map(({ lookups }) => lookups());
      await passMinute();
      await vi.waitFor(() => {
        for (const [n, { lookups }] of others.entries()) expect(lookups()).toBeGreaterThan(before[n] ?? 0);
        const results = others.flatMap(({ keepAlive }) => keepAlive.settledResults);
        expect(results.every(({ type }) => type === "fulfilled")).toBe(true);
      }, POLLING);
    }
    expect(simulator.call(callId).state).toBe("established");
    expect(keepAlives().length).toBeGreaterThanOrEqual(10);
    expect(keepAlives().length).toBeLessThanOrEqual(13);
    expect(keepAlives().every((request) => request.callId === callId)).toBe(true);
    // The instance that took the call over keeps it.
    expect(others.map(({ keepAlive }) => keepAlive.calls.length).sort()[0]).toBe(0);
    expect(others.flatMap(({ errors }) => errors)).toEqual([]);
  });
});
