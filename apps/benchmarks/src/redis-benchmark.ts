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
import { ioredisBaseline, nodeRedisBaseline, type StoreMaker } from "./redis-baseline.ts";
import { report } from "./report.ts";
import { costRatio, measureMs, median, runInterleaved } from "./rounds.ts";

const CYCLES = 500;
const IN_FLIGHT = 50;
/** Rounds are short, so that other load on the machine affects the rounds of all candidates. */
const ROUNDS = 28;
const WARM_UPS = 8;
const INSTANCES_ROUNDS = 7;
const WAITS = 1_000;
const PAUSE_MS = 2;

/** Compares the Redis store with a baseline that does only SET and PUBLISH. */
export async function benchmarkRedis(): Promise<void> {
  const configured = process.env.REDIS_URL;
  if (!configured && !hasRedisServer()) {
    console.warn("redis: SKIPPED, because REDIS_URL is not set and no redis-server is on the PATH");
    return;
  }
  const redis = configured ? { url: configured, close: async () => {} } : await startRedisServer();
  try {
    await benchmarkFullCycle(redis.url);
    await benchmarkLatency(redis.url);
    await benchmarkInstances(redis.url);
  } finally {
    await redis.close();
  }
}

/**
 * A full cycle: one instance registers a wait, a stub of Graph accepts the request, another instance receives the
 * notification, and the wait is settled.
 */
async function benchmarkFullCycle(url: string): Promise<void> {
  const graph = fork(fileURLToPath(new URL("./graph-stub.js", import.meta.url)));
  const [port] = (await once(graph, "message")) as [number];
  const bots = [
    createInstances(url, 2),
    createInstances(url, 2, nodeRedisBaseline),
    createInstances(url, 2, ioredisBaseline),
  ].map((instances) => {
    const [operations] = instances.trackers;
    const dtmf = createDtmfClient({
      baseUrl: `http://127.0.0.1:${port}`,
      credential: async () => "token",
      ...(operations && { operations }),
    });
    return { ...instances, dtmf };
  });
  const [ours, nodeRedis, ioredis] = await runInterleaved(
    bots.map(({ trackers, dtmf }, n) => ({
      name: `${n}`,
      round: () => measureMs(() => inFlight(() => fullCycle(dtmf, trackers))),
    })),
    ROUNDS,
    { warmUps: WARM_UPS },
  );
  await Promise.all(bots.map(({ close, dtmf }) => Promise.all([dtmf.close(), close()])));
  graph.disconnect();
  report(`Full cycles on two instances, ${IN_FLIGHT} in flight: our throughput divided by that of`, [
    {
      name: "only SET and PUBLISH, with the same client (node-redis)",
      ratio: costRatio(nodeRedis, ours),
      atLeast: 0.8,
    },
    { name: "only SET and PUBLISH, with ioredis", ratio: costRatio(ioredis, ours) },
  ]);
}

async function fullCycle(dtmf: DtmfClient, [, receiving]: readonly OperationTracker[]): Promise<void> {
  const callId = randomUUID();
  const sent = await dtmf.sendDtmfTones(callId, { tones: "1234#" });
  const { id, clientContext } = sent;
  const ended = { ...ENDED, id, clientContext };
  await receiving?.apply({
    kind: "operation",
    callId,
    operationId: id,
    changeType: "deleted",
    operation: ended,
    raw: {},
  });
  await sent.completion();
}

const ENDED = {
  "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
  status: "completed",
  completionReason: "completedSuccessfully",
} as const;

/**
 * The time from the notification on one instance until the wait on the other is settled, compared with a PING. Both
 * start after a pause, as a notification that comes alone does. Without a pause all processes are running, and a PING
 * takes a fraction of the time.
 */
async function benchmarkLatency(url: string): Promise<void> {
  const instances = createInstances(url, 2);
  const client = createClient({ url, commandOptions: { timeout: 0 } });
  await client.connect();
  const [ours, pings]: [number[], number[]] = [[], []];
  for (let n = 0; n < 500; n++) {
    const complete = await beginWait(instances, n);
    await setTimeout(PAUSE_MS);
    pings.push(await measureMs(() => client.ping()));
    await setTimeout(PAUSE_MS);
    ours.push(await measureMs(complete));
  }
  client.destroy();
  await instances.close();
  report("Median time from a notification on one instance until the wait on another is settled, after a pause", [
    { name: "divided by the median time of a PING", ratio: median(ours) / median(pings), atMost: 4 },
  ]);
}

/** The cost of a completion with more instances. Completions run one at a time: concurrent ones would be batched. */
async function benchmarkInstances(url: string): Promise<void> {
  const groups = [2, 4, 8].map((count) => createInstances(url, count));
  for (const { trackers } of groups) {
    for (let n = 0; n < WAITS; n++) trackers[n % trackers.length]?.expect({ callId: randomUUID() }).deliveryUnknown();
  }
  const [two, ...more] = await runInterleaved(
    groups.map((instances) => ({
      name: `${instances.trackers.length} instances`,
      async round() {
        const times: number[] = [];
        for (let n = 0; n < 200; n++) times.push(await measureMs(await beginWait(instances, n)));
        return median(times);
      },
    })),
    INSTANCES_ROUNDS,
  );
  await Promise.all(groups.map(({ close }) => close()));
  report(
    `${WAITS.toLocaleString("en")} waits: time of a completion, divided by that with 2 instances`,
    more.map((several) => ({ name: several.name, ratio: costRatio(several, two), atMost: 1.25 })),
  );
}

/** Creates instances of one bot in this process, so that the measured time includes all of them. */
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
 * Begins a wait on one instance, and waits until it is registered in Redis. Returns a function that passes the
 * notification to another instance, and resolves when the wait is settled.
 */
async function beginWait({ trackers, stores }: Instances, n: number): Promise<() => Promise<void>> {
  const callId = randomUUID();
  const id = randomUUID();
  const [sending, receiving] = [trackers[n % trackers.length], trackers[(n + 1) % trackers.length]];
  const entry = sending?.expect({ callId });
  entry?.accepted({ id, status: "running" });
  const { clientContext = "" } = entry ?? {};
  const settled = entry?.completion();
  // The registration is earlier on the same connection, so it is finished when this command is.
  await stores[n % stores.length]?.read({ callId, clientContext });
  const ended = { ...ENDED, id, clientContext };
  return async () => {
    await receiving?.apply({
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
