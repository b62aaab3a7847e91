import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { azureBody, graphBody } from "./notification-bodies.ts";
import { NotificationSender } from "./notification-sender.ts";
import { report } from "./report.ts";
import { type Contestant, inTurns, type Measured, timesAsLong } from "./rounds.ts";

const LANES = 16;
/** Many short rounds: what else the machine does lasts longer than one, and meets whoever takes turns in it alike. */
const POSTS = 1_000;
const ROUNDS = 9;
/**
 * A server that has run for a while remembers as many ends as it ever does, and has compiled its code: those with more of it
 * go on growing quicker until the fortieth thousand.
 */
const WARM_UPS = 40;
/** How often each server is started: two of the same code differ by a tenth, by how it was compiled and where its memory is. */
const LIVES = 3;
const NEW_ROUNDS = 7;
/** Until the sixth thousand either server grows quicker with each. */
const NEW_WARM_UPS = 6;

/** Authenticated receiving: what each request costs the processor, against servers that do less, or do it otherwise. */
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
  const measure = (...names: string[]): Promise<Measured[]> => measureLives(names, sender);
  const [ours, bare, azure, jose] = await measure("ours", "bare", "expressAzure", "expressJose");
  const [express, expressOurs] = await measure("express", "expressOurs");
  const [fastify, fastifyOurs] = await measure("fastify", "fastifyOurs");
  const [hono, honoOurs] = await measure("hono", "honoOurs");
  report("Received under a token seen before: requests a second of the processor, as a multiple of the peer's", [
    { what: "node:http that only parses JSON", ratio: timesAsLong(bare, ours), atLeast: 0.75 },
    {
      what: "express.json() and Azure's call-automation parser, no token",
      ratio: timesAsLong(azure, ours),
      atLeast: 3,
    },
    { what: "express.json() and jose", ratio: timesAsLong(jose, ours), atLeast: 5 },
    { what: "within Express, its own JSON route", ratio: timesAsLong(express, expressOurs), atLeast: 0.85 },
    { what: "within Fastify, its own JSON route", ratio: timesAsLong(fastify, fastifyOurs), atLeast: 0.85 },
    { what: "within Hono, its own JSON route", ratio: timesAsLong(hono, honoOurs), atLeast: 0.85 },
  ]);
}

/** Servers that take turns, each of them started several times. */
async function measureLives(names: readonly string[], sender: NotificationSender): Promise<Measured[]> {
  const token = await sender.sign();
  const lives: Measured[][] = [];
  for (let life = 0; life < LIVES; life++) {
    lives.push(
      await withServers(names, sender, (servers) => {
        const contestants = servers.map((server) => contestant(server, () => token));
        return inTurns(contestants, ROUNDS, { warmUps: WARM_UPS });
      }),
    );
  }
  return names.map((name, index) => ({ name, roundsMs: lives.flatMap((life) => life[index]?.roundsMs ?? []) }));
}

async function compareNewTokens(sender: NotificationSender): Promise<void> {
  // Signing them takes longer than all the rest: both servers are shown the same tokens, each of them once.
  const count = POSTS * (NEW_WARM_UPS + NEW_ROUNDS);
  const tokens = await Promise.all(Array.from({ length: count }, () => sender.sign()));
  const [ours, bareJose] = await withServers(["ours", "bareJose"], sender, (servers) => {
    const contestants = servers.map((server) => {
      let shown = 0;
      return contestant(server, () => tokens[shown++] ?? "");
    });
    return inTurns(contestants, NEW_ROUNDS, { warmUps: NEW_WARM_UPS });
  });
  report("Received with every token new", [
    { what: "node:http and jose", ratio: timesAsLong(bareJose, ours), atLeast: 0.85 },
  ]);
}

function contestant(server: ReceiveServer, tokenOf: () => string): Contestant {
  return { name: server.name, round: () => server.cost(POSTS, tokenOf) };
}

/** Starts servers for as long as they are used. */
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

/** A server in a process of its own. */
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
    const program = fileURLToPath(new URL("./receive-servers.js", import.meta.url));
    const child = fork(program, [name, `${url}/keys`, `${url}/configuration`, appId, tenantId]);
    const [{ port }] = (await once(child, "message")) as [{ port: number }];
    return new ReceiveServer(name, sender, { process: child, port });
  }

  /** What so many notifications, each of another operation, cost it: milliseconds of the processor. */
  async cost(posts: number, tokenOf: () => string): Promise<number> {
    const before = await this.#asked();
    const bodyOf = this.name === "expressAzure" ? azureBody : graphBody;
    let left = posts;
    const lane = async (): Promise<void> => {
      while (left-- > 0) {
        const status = await this.#sender.post(this.#port, tokenOf(), bodyOf(this.#posted++));
        if (status !== 202) throw new Error(`expected 202 of ${this.name}, got ${status}`);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const after = await this.#asked();
    const count = after.count - before.count;
    if (count !== posts) throw new Error(`expected ${posts} notifications handled by ${this.name}, got ${count}`);
    return (after.cpuUs - before.cpuUs) / 1000;
  }

  async #asked(): Promise<{ cpuUs: number; count: number }> {
    this.#process.send("cost");
    return ((await once(this.#process, "message")) as [{ cpuUs: number; count: number }])[0];
  }

  stop(): void {
    if (this.#process.connected) this.#process.disconnect();
  }
}
