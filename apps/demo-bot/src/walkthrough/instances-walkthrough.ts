import { randomUUID } from "node:crypto";
import { hasRedisServer, startRedisServer } from "@graph-dtmf/redis/testing";
import { type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { type Fleet, startFleet } from "../instances/fleet.ts";
import type { InstanceProcess } from "../instances/instance-process.ts";
import type { CommandResult, InstanceCommand } from "../instances/ipc-messages.ts";
import type { InstancesEvent } from "./instances-event.ts";
import { pollUntil, withinStepTimeout } from "./step-timeout.ts";

/** The options of the walkthrough with several instances. */
export interface InstancesOptions {
  count: number;
  /** The speed of the simulator. 1 is real time. */
  speed: number;
  /** Absent: the walkthrough starts a `redis-server` from the PATH. */
  redisUrl: string | undefined;
  /** The path of an instance's program. */
  program: string;
}

const NO_REDIS = `--instances needs a Redis: set REDIS_URL, or install a redis-server on the PATH
  Debian, Ubuntu: apt-get install redis-server
  macOS:          brew install redis
  a container:    docker run --rm -p 6379:6379 redis, and REDIS_URL=redis://127.0.0.1:6379`;

/** The last send lasts so long that its instance is killed before the tones end. */
const LONG_SEND = { keys: "1234567890", delayBetweenTonesMs: 4_000 };
const SHORT_KEYS = "12#";

/**
 * Runs several instances behind a load balancer. Each instance gets the outcome of its operations, whichever instance
 * receives the notification. Then one instance is killed, and another one resumes its wait.
 *
 * @throws Error that names the step with an unexpected result, or explains how to install Redis.
 */
export async function runInstancesWalkthrough(
  { count, speed, redisUrl, program }: InstancesOptions,
  emit: (event: InstancesEvent) => void,
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
      onMessage: (message, by) => "notified" in message && emit({ step: "notified", by }),
    });
    const instances = fleet.instances.map(({ url }) => url);
    // The whole address may contain a password.
    emit({ step: "started", redis: new URL(redis.url).host, graph: simulator.url, instances });
    await new InstancesWalkthrough(fleet, simulator, emit).run();
    emit({ step: "done" });
  } finally {
    await fleet?.close();
    await simulator.close();
    await redis.close();
  }
}

class InstancesWalkthrough {
  readonly #fleet: Fleet;
  readonly #simulator: Simulator;
  readonly #emit: (event: InstancesEvent) => void;

  constructor(fleet: Fleet, simulator: Simulator, emit: (event: InstancesEvent) => void) {
    this.#fleet = fleet;
    this.#simulator = simulator;
    this.#emit = emit;
  }

  async run(): Promise<void> {
    const { instances } = this.#fleet;
    const [first, second] = instances;
    if (!first || !second) throw new Error("expected at least two instances");
    const callId = await this.#createCall(first);
    for (const instance of instances) {
      this.#emit({ step: "sending", by: instance.number });
      const clientContext = randomUUID();
      await this.#complete(instance, { command: "sendTones", callId, clientContext, keys: SHORT_KEYS });
    }
    const clientContext = await this.#killWhileSending(first, callId);
    this.#emit({ step: "resuming", by: second.number });
    await this.#complete(second, { command: "resume", callId, clientContext });
  }

  async #createCall(instance: InstanceProcess): Promise<string> {
    const created = await execute(instance, { command: "createCall" });
    if (!("callId" in created)) throw new Error(`expected a call, got ${JSON.stringify(created)}`);
    const { callId } = created;
    this.#emit({ step: "callCreated", by: instance.number, callId });
    await pollUntil("the call to be established", () => this.#simulator.call(callId).state === "established");
    return callId;
  }

  /** Executes a command that waits for an operation. */
  async #complete(instance: InstanceProcess, command: InstanceCommand): Promise<void> {
    const result = await execute(instance, command);
    if (!("outcome" in result)) throw new Error(`expected an outcome, got ${JSON.stringify(result)}`);
    const { outcome, played } = result.outcome;
    this.#emit({ step: "ended", by: instance.number, outcome, played });
    if (outcome !== "completed") throw new Error(`expected outcome completed, got ${outcome}`);
  }

  /** Kills the instance after the first of its tones. Returns the clientContext of the send. */
  async #killWhileSending(instance: InstanceProcess, callId: string): Promise<string> {
    const clientContext = randomUUID();
    const before = this.#simulator.call(callId).heard.length;
    this.#emit({ step: "sending", by: instance.number });
    const sending = instance.execute({ command: "sendTones", callId, clientContext, ...LONG_SEND });
    await pollUntil("the first tone to be played", () => this.#simulator.call(callId).heard.length > before);
    await instance.kill();
    await sending;
    this.#emit({ step: "killed", instance: instance.number });
    return clientContext;
  }
}

function execute(instance: InstanceProcess, command: InstanceCommand): Promise<CommandResult> {
  return withinStepTimeout(`a result of ${command.command}`, instance.execute(command));
}
