import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createDtmfClient, type DtmfClient } from "@graph-dtmf/client";
import type { OperationStore } from "@graph-dtmf/models";
import { createOperationTracker, type OperationTracker } from "@graph-dtmf/notifications";
import { createRedisOperationStore } from "@graph-dtmf/redis";
import { hasRedisServer, startRedisServer } from "@graph-dtmf/redis/testing";
import { createClient } from "redis";
import { rawIoredis, rawNodeRedis, type StoreMaker } from "./redis-raw.ts";
import { report } from "./report.ts";
import { inTurns, median, timed, timesAsLong } from "./rounds.ts";

const CYCLES = 500;
const IN_FLIGHT = 50;
/** Many short rounds: what else the machine does lasts longer than one, and meets whoever takes turns in it alike. */
const ROUNDS = 28;
const WARM_UPS = 8;
const FLEET_ROUNDS = 7;
const WAITERS = 1_000;
const REST_MS = 2;

/** What it costs to share over Redis, against the least that anybody could do with the same client. */
export async function benchmarkRedis(): Promise<void> {
  const given = process.env.REDIS_URL;
  if (!given && !hasRedisServer()) {
    console.warn("redis: SKIPPED, for there is neither a REDIS_URL nor a redis-server on the PATH");
    return;
  }
  const redis = given ? { url: given, close: async () => {} } : await startRedisServer();
  try {
    await benchmarkCycle(redis.url);
    await benchmarkLatency(redis.url);
    await benchmarkInstances(redis.url);
  } finally {
    await redis.close();
  }
}

/**
 * A wait is registered, its request accepted by a Graph in a process of its own, its end heard by another instance, and
 * the wait settled: over our store, and over one that knows nothing but SET and PUBLISH.
 */
async function benchmarkCycle(url: string): Promise<void> {
  const graph = fork(fileURLToPath(new URL("./server.js", import.meta.url)));
  const [port] = (await once(graph, "message")) as [number];
  const bots = [
    createInstances(url, 2),
    createInstances(url, 2, rawNodeRedis),
    createInstances(url, 2, rawIoredis),
  ].map((instances) => {
    const [operations] = instances.trackers;
    const dtmf = createDtmfClient({
      baseUrl: `http://127.0.0.1:${port}`,
      credential: async () => "token",
      ...(operations && { operations }),
    });
    return { ...instances, dtmf };
  });
  const [ours, raw, other] = await inTurns(
    bots.map(({ trackers, dtmf }, n) => ({
      name: `${n}`,
      round: () => timed(() => inFlight(() => fullCycle(dtmf, trackers))),
    })),
    ROUNDS,
    { warmUps: WARM_UPS },
  );
  await Promise.all(bots.map(({ close, dtmf }) => Promise.all([dtmf.close(), close()])));
  graph.disconnect();
  report(`Full cycles over two instances, ${IN_FLIGHT} at a time: our throughput, as a multiple of that over`, [
    { what: "a bare SET and PUBLISH with the same client, node-redis", ratio: timesAsLong(raw, ours), atLeast: 0.8 },
    { what: "a bare SET and PUBLISH with ioredis", ratio: timesAsLong(other, ours) },
  ]);
}

async function fullCycle(dtmf: DtmfClient, [, hears]: readonly OperationTracker[]): Promise<void> {
  const callId = randomUUID();
  const sent = await dtmf.sendDtmfTones(callId, { tones: "1234#" });
  const { id, clientContext } = sent;
  const ended = { ...ENDED, id, clientContext };
  await hears?.apply({ kind: "operation", callId, operationId: id, changeType: "deleted", operation: ended, raw: {} });
  await sent.completion();
}

const ENDED = {
  "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
  status: "completed",
  completionReason: "completedSuccessfully",
} as const;

/**
 * From the notification on one instance to the settled wait on the other. It and the PING begin after a rest, as with a
 * notification that comes alone: one PING right behind another takes a fraction of that, for all processes are awake then.
 */
async function benchmarkLatency(url: string): Promise<void> {
  const instances = createInstances(url, 2);
  const client = createClient({ url, commandOptions: { timeout: 0 } });
  await client.connect();
  const [ours, pings]: [number[], number[]] = [[], []];
  for (let n = 0; n < 500; n++) {
    const end = await beginWait(instances, n);
    await setTimeout(REST_MS);
    pings.push(await timed(() => client.ping()));
    await setTimeout(REST_MS);
    ours.push(await timed(end));
  }
  client.destroy();
  await instances.close();
  report("One waiter: from the notification on another instance until it is settled, p50, each after a rest", [
    { what: "as a multiple of a PING", ratio: median(ours) / median(pings), atMost: 4 },
  ]);
}

/** The same waits on ever more instances. One completion at a time: what comes together shares its cost, and blurs it. */
async function benchmarkInstances(url: string): Promise<void> {
  const fleets = [2, 4, 8].map((count) => createInstances(url, count));
  for (const { trackers } of fleets) {
    for (let n = 0; n < WAITERS; n++) trackers[n % trackers.length]?.expect({ callId: randomUUID() }).deliveryUnknown();
  }
  const [two, ...more] = await inTurns(
    fleets.map((instances) => ({
      name: `${instances.trackers.length} instances`,
      async round() {
        const times: number[] = [];
        for (let n = 0; n < 200; n++) times.push(await timed(await beginWait(instances, n)));
        return median(times);
      },
    })),
    FLEET_ROUNDS,
  );
  await Promise.all(fleets.map(({ close }) => close()));
  report(
    `${WAITERS.toLocaleString("en")} waits on several instances: cost of a completion, as a multiple of that on 2`,
    more.map((several) => ({ what: several.name, ratio: timesAsLong(several, two), atMost: 1.25 })),
  );
}

/** The instances of one bot, in this process: what all of them cost shows. */
function createInstances(url: string, count: number, makeStore: StoreMaker = ourStore): Instances {
  const prefix = `benchmark-${randomUUID()}:`;
  const stores = Array.from({ length: count }, () => makeStore(url, prefix));
  const trackers = stores.map((store) => createOperationTracker({ store }));
  return {
    trackers,
    stores,
    async close() {
      await Promise.all(trackers.map((tracker) => tracker.close()));
      await Promise.all(stores.map((store) => store.close()));
    },
  };
}

interface Instances {
  trackers: OperationTracker[];
  stores: OperationStore[];
  close(): Promise<void>;
}

const ourStore: StoreMaker = (url, prefix) => createRedisOperationStore({ url }, { prefix, ttlMs: 60_000 });

/**
 * Begins a wait on one instance, and gives what has its end heard by another and waits until it is settled. Redis knows of
 * the wait by then, as it does where a notification comes when the keys have sounded.
 */
async function beginWait({ trackers, stores }: Instances, n: number): Promise<() => Promise<void>> {
  const callId = randomUUID();
  const id = randomUUID();
  const [waits, hears] = [trackers[n % trackers.length], trackers[(n + 1) % trackers.length]];
  const entry = waits?.expect({ callId });
  entry?.accepted({ id, status: "running" });
  const { clientContext = "" } = entry ?? {};
  const settled = entry?.completion();
  // Behind the registration, on the same connection.
  await stores[n % stores.length]?.read({ callId, clientContext });
  const ended = { ...ENDED, id, clientContext };
  return async () => {
    await hears?.apply({
      kind: "operation",
      callId,
      operationId: id,
      changeType: "deleted",
      operation: ended,
      raw: {},
    });
    await settled;
  };
}

async function inFlight(run: (n: number) => Promise<unknown>): Promise<void> {
  let left = CYCLES;
  const lane = async (): Promise<void> => {
    for (let n = left--; n > 0; n = left--) await run(n);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}
