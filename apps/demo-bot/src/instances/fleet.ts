import type { GraphConfig } from "../bot/bot.ts";
import { type InstanceProcess, startInstance } from "./instance-process.ts";
import type { Message } from "./ipc-messages.ts";
import { startRoundRobin } from "./load-balancer.ts";

/** How many instances there are to be, and what they share. */
export interface FleetOptions {
  count: number;
  graph: GraphConfig;
  redisUrl: string;
  /** The path of an instance's program. */
  program: string;
  /** Is told what instances tell, and the number of the one that does. */
  heard?(message: Message, number: number): void;
}

/** Instances of the bot behind a balancer. */
export interface Fleet {
  /** Those that were started and are not known to have ended. */
  readonly instances: readonly InstanceProcess[];
  /** Starts one more. */
  add(): Promise<InstanceProcess>;
  close(): Promise<void>;
}

/** Starts them all. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { count, graph, redisUrl, program, heard = () => {} } = options;
  let started = 0;
  let instances: InstanceProcess[] = [];
  const alive = (): InstanceProcess[] => {
    instances = instances.filter(({ isAlive }) => isAlive);
    return instances;
  };
  const balancer = await startRoundRobin(() => alive().map(({ url }) => url));
  const environment = {
    PORT: "0",
    PUBLIC_URL: balancer.url,
    REDIS_URL: redisUrl,
    GRAPH_URL: graph.graphUrl,
    TOKEN_URL: graph.tokenUrl,
    OPENID_CONFIGURATION_URL: graph.openIdConfigurationUrl ?? "",
    TENANT_ID: graph.tenantId,
    CLIENT_ID: graph.appId,
    CLIENT_SECRET: graph.clientSecret,
  };
  const fleet: Fleet = {
    get instances() {
      return alive();
    },
    async add() {
      const number = ++started;
      const instance = await startInstance({
        number,
        program,
        environment,
        heard: (message) => heard(message, number),
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
