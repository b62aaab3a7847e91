import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { azureBody, graphBody } from "./notification-bodies.ts";
import { NotificationSender } from "./notification-sender.ts";
import { report } from "./report.ts";
import { type Candidate, costRatio, type Measurement, runInterleaved } from "./rounds.ts";

const LANES = 16;
/** Rounds are short, so that other load on the machine affects the rounds of all servers. */
const POSTS = 1_000;
const ROUNDS = 9;
/**
 * After 40,000 requests the caches of a server are full and its code is compiled. Servers with more code become faster
 * until then.
 */
const WARM_UPS = 40;
/** How often each server is started. Processes with the same code differ by up to 10 %. */
const PROCESSES = 3;
const NEW_ROUNDS = 7;
/** Servers that verify new tokens become faster for the first 6,000 requests. */
const NEW_WARM_UPS = 6;

/** Compares the CPU time of the receiver with that of other servers: with fewer checks, or with other libraries. */
export async function benchmarkReceive(): Promise<void> {
  const sender = await NotificationSender.start();
  try {
    await compareSeenTokens(sender);
    await compareNewTokens(sender);
  } finally {
    sender.close();
  }
}

async function compareSeenTokens(sender: NotificationSender): Promise<void> {
  const measure = (...names: string[]): Promise<Measurement[]> => measureProcesses(names, sender);
  const [ours, minimal, azure, jose] = await measure("ours", "minimal", "expressAzure", "expressJose");
  const [express, expressOurs] = await measure("express", "expressOurs");
  const [fastify, fastifyOurs] = await measure("fastify", "fastifyOurs");
  const [hono, honoOurs] = await measure("hono", "honoOurs");
  report("Notifications with a cached token: our throughput per CPU second divided by that of", [
    { name: "node:http that only parses JSON, without a token check", ratio: costRatio(minimal, ours), atLeast: 0.75 },
    {
      name: "express.json() and Azure's call-automation parser, no token check",
      ratio: costRatio(azure, ours),
      atLeast: 3,
    },
    { name: "express.json() and jose", ratio: costRatio(jose, ours), atLeast: 5 },
    {
      name: "a JSON route of Express, no token check (ours inside Express)",
      ratio: costRatio(express, expressOurs),
      atLeast: 0.85,
    },
    {
      name: "a JSON route of Fastify, no token check (ours inside Fastify)",
      ratio: costRatio(fastify, fastifyOurs),
      atLeast: 0.85,
    },
    {
      name: "a JSON route of Hono, no token check (ours inside Hono)",
      ratio: costRatio(hono, honoOurs),
      atLeast: 0.85,
    },
  ]);
}

/** Runs the servers interleaved, and starts each of them several times. */
async function measureProcesses(names: readonly string[], sender: NotificationSender): Promise<Measurement[]> {
  const token = await sender.sign();
  const processes: Measurement[][] = [];
  for (let count = 0; count < PROCESSES; count++) {
    processes.push(
      await withServers(names, sender, (servers) => {
        const candidates = servers.map((server) => candidate(server, () => token));
        return runInterleaved(candidates, ROUNDS, { warmUps: WARM_UPS });
      }),
    );
  }
  return names.map((name, index) => ({ name, rounds: processes.flatMap((process) => process[index]?.rounds ?? []) }));
}

async function compareNewTokens(sender: NotificationSender): Promise<void> {
  // Signing is slow, so it is done before. Both servers get the same tokens, each token once.
  const count = POSTS * (NEW_WARM_UPS + NEW_ROUNDS);
  const tokens = await Promise.all(Array.from({ length: count }, () => sender.sign()));
  const [ours, minimalJose] = await withServers(["ours", "minimalJose"], sender, (servers) => {
    const candidates = servers.map((server) => {
      let used = 0;
      return candidate(server, () => tokens[used++] ?? "");
    });
    return runInterleaved(candidates, NEW_ROUNDS, { warmUps: NEW_WARM_UPS });
  });
  report("Notifications with a new token each: our throughput per CPU second divided by that of", [
    { name: "node:http and jose", ratio: costRatio(minimalJose, ours), atLeast: 0.85 },
  ]);
}

function candidate(server: ReceiveServer, tokenOf: () => string): Candidate {
  return { name: server.name, round: () => server.measure(POSTS, tokenOf) };
}

/** Starts servers, and stops them after `use`. */
async function withServers<Result>(
  names: readonly string[],
  sender: NotificationSender,
  use: (servers: readonly ReceiveServer[]) => Promise<Result>,
): Promise<Result> {
  const servers: ReceiveServer[] = [];
  try {
    for (const name of names) servers.push(await ReceiveServer.start(name, sender));
    return await use(servers);
  } finally {
    for (const server of servers) server.stop();
  }
}

/** A server in a child process. */
class ReceiveServer {
  readonly name: string;
  readonly #sender: NotificationSender;
  readonly #process: ChildProcess;
  readonly #port: number;
  #posted = 0;

  private constructor(name: string, sender: NotificationSender, started: { process: ChildProcess; port: number }) {
    this.name = name;
    this.#sender = sender;
    this.#process = started.process;
    this.#port = started.port;
  }

  static async start(name: string, sender: NotificationSender): Promise<ReceiveServer> {
    const { url, appId, tenantId } = sender;
    const program = fileURLToPath(new URL("./servers-under-test.js", import.meta.url));
    const child = fork(program, [name, `${url}/keys`, `${url}/configuration`, appId, tenantId]);
    const [{ port }] = (await once(child, "message")) as [{ port: number }];
    return new ReceiveServer(name, sender, { process: child, port });
  }

  /** Posts notifications, each of another operation. Resolves with the CPU time of the server in milliseconds. */
  async measure(posts: number, tokenOf: () => string): Promise<number> {
    const before = await this.#usage();
    const bodyOf = this.name === "expressAzure" ? azureBody : graphBody;
    let left = posts;
    const lane = async (): Promise<void> => {
      while (left-- > 0) {
        const status = await this.#sender.post(this.#port, tokenOf(), bodyOf(this.#posted++));
        if (status !== 202) throw new Error(`expected 202 of ${this.name}, got ${status}`);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const after = await this.#usage();
    const count = after.count - before.count;
    if (count !== posts) throw new Error(`expected ${posts} notifications handled by ${this.name}, got ${count}`);
    return (after.cpuUs - before.cpuUs) / 1000;
  }

  async #usage(): Promise<{ cpuUs: number; count: number }> {
    this.#process.send("usage");
    return ((await once(this.#process, "message")) as [{ cpuUs: number; count: number }])[0];
  }

  stop(): void {
    if (this.#process.connected) this.#process.disconnect();
  }
}
