import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { azureBody, graphBody } from "./notification-bodies.ts";
import { NotificationSender } from "./notification-sender.ts";
import { report } from "./report.ts";
import { type Contestant, inTurns, timesAsLong } from "./rounds.ts";

const LANES = 16;
/** Many short rounds: what else the machine does lasts longer than one, and meets whoever takes turns in it alike. */
const POSTS = 1_000;
const ROUNDS = 21;
/** A server that has run for a while has compiled its code, and remembers as many ends as it ever does. */
const WARM_UPS = 18;
const NEW_ROUNDS = 7;
/** Until the sixth thousand either server grows quicker with each. */
const NEW_WARM_UPS = 6;

/** Authenticated receiving: what each request costs the processor, against servers that do less, or do it otherwise. */
export async function benchmarkReceive(): Promise<void> {
  const sender = await NotificationSender.start();
  const servers: ReceiveServer[] = [];
  const start = async (name: string): Promise<ReceiveServer> => {
    const server = await ReceiveServer.start(name, sender);
    servers.push(server);
    return server;
  };
  try {
    await compareSeenTokens(start);
    await compareNewTokens(start, sender);
  } finally {
    for (const server of servers) server.stop();
    sender.close();
  }
}

type Start = (name: string) => Promise<ReceiveServer>;

async function compareSeenTokens(start: Start): Promise<void> {
  const names = ["ours", "bare", "expressAzure", "expressJose", "express", "expressOurs"];
  const plugins = ["fastify", "fastifyOurs", "hono", "honoOurs"];
  const contestants: Contestant[] = [];
  for (const name of [...names, ...plugins]) {
    const server = await start(name);
    const token = await server.sender.sign();
    contestants.push({ name, round: () => server.cost(POSTS, () => token) });
  }
  const measured = await inTurns(contestants, ROUNDS, { warmUps: WARM_UPS });
  const cost = (peer: string, ours: string): number =>
    timesAsLong(
      measured.find(({ name }) => name === peer),
      measured.find(({ name }) => name === ours),
    );
  report("Received under a token seen before: requests a second of the processor, as a multiple of the peer's", [
    { what: "node:http that only parses JSON", ratio: cost("bare", "ours"), atLeast: 0.75 },
    {
      what: "express.json() and Azure's call-automation parser, no token",
      ratio: cost("expressAzure", "ours"),
      atLeast: 3,
    },
    { what: "express.json() and jose", ratio: cost("expressJose", "ours"), atLeast: 5 },
    { what: "within Express, its own JSON route", ratio: cost("express", "expressOurs"), atLeast: 0.85 },
    { what: "within Fastify, its own JSON route", ratio: cost("fastify", "fastifyOurs"), atLeast: 0.85 },
    { what: "within Hono, its own JSON route", ratio: cost("hono", "honoOurs"), atLeast: 0.85 },
  ]);
}

async function compareNewTokens(start: Start, sender: NotificationSender): Promise<void> {
  const contestants: Contestant[] = [];
  // Signing them takes longer than all the rest: both servers are shown the same tokens, each of them once.
  const count = POSTS * (NEW_WARM_UPS + NEW_ROUNDS);
  const tokens = await Promise.all(Array.from({ length: count }, () => sender.sign()));
  for (const name of ["ours", "bareJose"]) {
    const server = await start(name);
    let shown = 0;
    contestants.push({ name, round: () => server.cost(POSTS, () => tokens[shown++] ?? "") });
  }
  const [ours, bareJose] = await inTurns(contestants, NEW_ROUNDS, { warmUps: NEW_WARM_UPS });
  report("Received with every token new", [
    { what: "node:http and jose", ratio: timesAsLong(bareJose, ours), atLeast: 0.85 },
  ]);
}

/** A server in a process of its own. */
class ReceiveServer {
  readonly sender: NotificationSender;
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #port: number;
  #posted = 0;

  private constructor(name: string, sender: NotificationSender, started: { process: ChildProcess; port: number }) {
    this.#name = name;
    this.sender = sender;
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
    const bodyOf = this.#name === "expressAzure" ? azureBody : graphBody;
    let left = posts;
    const lane = async (): Promise<void> => {
      while (left-- > 0) {
        const status = await this.sender.post(this.#port, tokenOf(), bodyOf(this.#posted++));
        if (status !== 202) throw new Error(`expected 202 of ${this.#name}, got ${status}`);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const after = await this.#asked();
    const count = after.count - before.count;
    if (count !== posts) throw new Error(`expected ${posts} notifications handled by ${this.#name}, got ${count}`);
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
