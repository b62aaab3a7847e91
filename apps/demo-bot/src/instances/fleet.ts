import type { GraphConfig } from "../bot/bot.ts";
import { type InstanceProcess, startInstance } from "./instance-process.ts";
import type { InstanceMessage } from "./ipc-messages.ts";
import { startLoadBalancer } from "./load-balancer.ts";

/** The number of instances, and what they share. */
export interface FleetOptions {
  count: number;
  graph: GraphConfig;
  redisUrl: string;
  /** The path of an instance's program. */
  program: string;
  /** Called with each message of an instance, and the number of that instance. */
  onMessage?(message: InstanceMessage, number: number): void;
}

/** Bot instances behind a load balancer. */
export interface Fleet {
  /** The running instances, by number. */
  readonly instances: readonly InstanceProcess[];
  /** Starts one more instance. */
  add(): Promise<InstanceProcess>;
  close(): Promise<void>;
}

/** Starts all instances. Resolves when each of them accepts requests. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { count, graph, redisUrl, program, onMessage = () => {} } = options;
  let started = 0;
  let instances: InstanceProcess[] = [];
  const running = (): InstanceProcess[] => {
    instances = instances.filter(({ isRunning }) => isRunning);
    return instances;
  };
  const balancer = await startLoadBalancer(() => running().map(({ url }) => url));
  const environment = environmentFor(graph, { publicUrl: balancer.url, redisUrl });
  const fleet: Fleet = {
    get instances() {
      return running();
    },
    async add() {
      const number = ++started;
      const instance = await startInstance({
        number,
        program,
        environment,
        onMessage: (message) => onMessage(message, number),
      });
      instances.push(instance);
      return instance;
    },
    async close() {
      await Promise.all(instances.map((instance) => instance.close()));
      await balancer.close();
    },
  };
  const results = await Promise.allSettled(Array.from({ length: count }, () => fleet.add()));
  const failure = results.find((result) => result.status === "rejected");
  instances.sort((one, other) => one.number - other.number);
  if (!failure) return fleet;
  await fleet.close();
  throw failure.reason;
}

function environmentFor(
  graph: GraphConfig,
  { publicUrl, redisUrl }: { publicUrl: string; redisUrl: string },
): Record<string, string> {
  return {
    PORT: "0",
    PUBLIC_URL: publicUrl,
    REDIS_URL: redisUrl,
    GRAPH_URL: graph.graphUrl,
    TOKEN_URL: graph.tokenUrl,
    OPENID_CONFIGURATION_URL: graph.openIdConfigurationUrl ?? "",
    TENANT_ID: graph.tenantId,
    CLIENT_ID: graph.appId,
    CLIENT_SECRET: graph.clientSecret,
  };
}
