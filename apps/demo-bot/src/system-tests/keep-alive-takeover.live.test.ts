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

/** Below the root, so that packages are found from there. */
const cache = join(import.meta.dirname, "../../../node_modules/.cache");
const MINUTE_MS = 60_000;
const eventually = { timeout: 20_000, interval: 10 };
/** What leases are kept in, by when they run out. */
const DUE = "graph-dtmf:{leases}:due";

describe.skipIf(skipWithoutRedis())("a call whose instance is killed", () => {
  let folder: string;
  let redis: RedisServer;
  let admin: ReturnType<typeof createClient>;
  let simulator: Simulator;
  let clock: ReturnType<typeof createManualClock>;
  let child: ChildProcess | undefined;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    await mkdir(cache, { recursive: true });
    folder = await mkdtemp(join(cache, "kept-alive-"));
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

  /** A process that has made a call, keeps it alive, and is killed. */
  const callAndDie = async (): Promise<string> => {
    const program = join(folder, "instance.mjs");
    const { url, openIdConfigurationUrl, appId, tenantId } = simulator;
    const graph = { baseUrl: url, openIdConfigurationUrl, appId, tenantIds: [tenantId] };
    const { token } = await simulator.credential.getToken("https://graph.microsoft.com/.default");
    const contents = `
      import { createCallingBot } from "@graph-dtmf/bot";
      import { createRedisOperationStore } from "@graph-dtmf/redis";
      const store = createRedisOperationStore({ url: "${redis.url}" });
      const credential = async () => (${JSON.stringify(token)});
      const bot = createCallingBot({ ...${JSON.stringify(graph)}, credential, store, callbackUri: "${url}/nobody" });
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
    await vi.waitFor(async () => expect(await admin.zScore(DUE, callId)).not.toBeNull(), eventually);
    const ended = once(process, "exit");
    process.kill("SIGKILL");
    await ended;
    return callId;
  };

  /** Another instance, which has never heard of the call; tells how often it has looked for those of the dead. */
  const startAnother = () => {
    let looks = 0;
    const counting: Clock = {
      now: clock.now,
      after(delayMs, callback) {
        if (delayMs === MINUTE_MS) looks++;
        return clock.after(delayMs, callback);
      },
    };
    const store = createRedisOperationStore({ url: redis.url });
    const operations = createOperationTracker({ store });
    const dtmf = createDtmfClient({ baseUrl: simulator.url, credential: simulator.credential, operations });
    const { mock: told } = vi.spyOn(dtmf.calls, "keepAlive");
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
    return { errors, told, looks: () => looks };
  };

  /** Redis goes by its own time, so what passes here is taken off its leases. */
  const passMinute = async (): Promise<void> => {
    await clock.advance(MINUTE_MS);
    for (const callId of await admin.zRange(DUE, 0, -1)) await admin.zIncrBy(DUE, -MINUTE_MS, callId);
  };
  const kept = () => simulator.requests.filter(({ action }) => action === "keepAlive");

  test("is dropped by Graph after 45 minutes if there is no other", async () => {
    const callId = await callAndDie();
    for (let minute = 0; minute < 46; minute++) await passMinute();
    expect(simulator.call(callId).state).toBe("terminated");
    expect(kept()).toEqual([]);
  });

  test("is kept alive for hours by one of the others, and by one alone", async () => {
    const callId = await callAndDie();
    const others = [startAnother(), startAnother()];
    for (let minute = 0; minute < 180; minute++) {
      const before = others.map(({ looks }) => looks());
      await passMinute();
      await vi.waitFor(() => {
        for (const [n, { looks }] of others.entries()) expect(looks()).toBeGreaterThan(before[n] ?? 0);
        const results = others.flatMap(({ told }) => told.settledResults);
        expect(results.every(({ type }) => type === "fulfilled")).toBe(true);
      }, eventually);
    }
    expect(simulator.call(callId).state).toBe("established");
    expect(kept().length).toBeGreaterThanOrEqual(10);
    expect(kept().length).toBeLessThanOrEqual(13);
    expect(kept().every((request) => request.callId === callId)).toBe(true);
    // Whoever took it over keeps it.
    expect(others.map(({ told }) => told.calls.length).sort()[0]).toBe(0);
    expect(others.flatMap(({ errors }) => errors)).toEqual([]);
  });
});
