import { randomUUID } from "node:crypto";
import type { OperationOutcome } from "@graph-dtmf/models";
import { hasRedisServer, startRedisServer } from "@graph-dtmf/redis/testing";
import { type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { type Fleet, startFleet } from "../instances/fleet.ts";
import type { InstanceProcess } from "../instances/instance-process.ts";
import type { Message, Result, Task } from "../instances/ipc-messages.ts";

/** One step of the story of many instances. */
export type InstancesEvent =
  | { step: "started"; redis: string; graph: string; instances: string[] }
  | { step: "callCreated"; by: number; callId: string }
  | { step: "sending"; by: number }
  /** A notification came to this instance. */
  | { step: "heard"; by: number }
  | { step: "ended"; by: number; outcome: OperationOutcome["outcome"]; played: OperationOutcome["played"] }
  | { step: "killed"; instance: number }
  | { step: "resuming"; by: number }
  | { step: "done" };

/** What the story needs. */
export interface InstancesOptions {
  count: number;
  speed: number;
  /** Absent: a Redis of our own, if there is a `redis-server` on the PATH. */
  redisUrl: string | undefined;
  /** The path of an instance's program. */
  program: string;
}

const NO_REDIS = `--instances needs a Redis: set REDIS_URL, or have a redis-server on the PATH
  Debian, Ubuntu: apt-get install redis-server
  macOS:          brew install redis
  a container:    docker run --rm -p 6379:6379 redis, and REDIS_URL=redis://127.0.0.1:6379`;

const STEP_MS = 20_000;

/**
 * Tells how several instances of the bot, each a process behind a plain round-robin balancer, know how their operations
 * end, whichever of them Graph tells; and how one takes up what another one began that died.
 *
 * @throws Error saying which step was not seen as it should be, or how to get a Redis.
 */
export async function tellOfInstances(
  { count, speed, redisUrl, program }: InstancesOptions,
  tell: (event: InstancesEvent) => void,
): Promise<void> {
  if (redisUrl === undefined && !hasRedisServer()) throw new Error(NO_REDIS);
  const redis = redisUrl === undefined ? await startRedisServer() : { url: redisUrl, close: async () => {} };
  const simulator = await startSimulator({ speed });
  let fleet: Fleet | undefined;
  try {
    fleet = await startFleet({
      count,
      graph: { ...simulator, graphUrl: simulator.url },
      redisUrl: redis.url,
      program,
      heard: (message: Message, by: number) => "heard" in message && tell({ step: "heard", by }),
    });
    const instances = fleet.instances.map(({ url }) => url);
    // The address may hold a password.
    tell({ step: "started", redis: new URL(redis.url).host, graph: simulator.url, instances });
    await tellStory(fleet, simulator, tell);
    tell({ step: "done" });
  } finally {
    await fleet?.close();
    await simulator.close();
    await redis.close();
  }
}

async function tellStory(fleet: Fleet, simulator: Simulator, tell: (event: InstancesEvent) => void): Promise<void> {
  const [first, second] = fleet.instances;
  if (!first || !second) throw new Error("expected at least two instances");
  const callId = await call(first, simulator, tell);
  for (const instance of fleet.instances) {
    tell({ step: "sending", by: instance.number });
    told(instance, await ask(instance, { do: "press", callId, clientContext: randomUUID(), keys: "12#" }), tell);
  }
  // Long enough that the one that sends is dead before it ends.
  const clientContext = randomUUID();
  tell({ step: "sending", by: first.number });
  const sending = ask(first, { do: "press", callId, clientContext, keys: "1234567890", delayBetweenTonesMs: 4_000 });
  await until("the keys to be pressed", () => simulator.call(callId).heard.length > fleet.instances.length * 3);
  await first.kill();
  await sending;
  tell({ step: "killed", instance: first.number });
  tell({ step: "resuming", by: second.number });
  told(second, await ask(second, { do: "resume", callId, clientContext }), tell);
}

async function call(by: InstanceProcess, simulator: Simulator, tell: (event: InstancesEvent) => void): Promise<string> {
  const created = await ask(by, { do: "call" });
  if (!("callId" in created)) throw new Error(`expected a call, saw ${JSON.stringify(created)}`);
  const { callId } = created;
  tell({ step: "callCreated", by: by.number, callId });
  await until("the call to be established", () => simulator.call(callId).state === "established");
  return callId;
}

function told({ number }: InstanceProcess, result: Result, tell: (event: InstancesEvent) => void): void {
  if (!("ended" in result)) throw new Error(`expected an end, saw ${JSON.stringify(result)}`);
  const { outcome, played } = result.ended;
  tell({ step: "ended", by: number, outcome, played });
  if (outcome !== "completed") throw new Error(`expected outcome completed, saw ${outcome}`);
}

/** What is not seen in time is not waited for: the story would never end. */
async function ask(instance: InstanceProcess, task: Task): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Result>((resolve) => {
    timer = setTimeout(() => resolve({ failed: `nothing within ${STEP_MS / 1000} s` }), STEP_MS);
  });
  return Promise.race([instance.ask(task), late]).finally(() => clearTimeout(timer));
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const startedAt = performance.now();
  while (!isSo()) {
    if (performance.now() - startedAt > STEP_MS) throw new Error(`expected ${what} within ${STEP_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A step as people read it. */
export function describeStep(event: InstancesEvent): string {
  switch (event.step) {
    case "started": {
      const { instances, redis, graph } = event;
      return `${instances.length} instances at ${instances.join(" ")}\n  behind a round-robin balancer, sharing the Redis at ${redis}\n  Graph is a simulator at ${graph}`;
    }
    case "callCreated":
      return `instance ${event.by} calls somebody: ${event.callId}`;
    case "sending":
      return `instance ${event.by} presses keys`;
    case "heard":
      return `  Graph tells instance ${event.by} how that ended`;
    case "ended":
      return `  instance ${event.by} knows: ${event.outcome}, played: ${event.played}`;
    case "killed":
      return `instance ${event.instance} is killed in the middle of it (SIGKILL)`;
    case "resuming":
      return `instance ${event.by} takes up its wait`;
    case "done":
      return "every outcome was known where it was waited for";
  }
}
