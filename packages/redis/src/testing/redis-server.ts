import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Redis server for one test, which the test can kill. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Ends the process with the signal and waits until it has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port, with the data on its disk. */
  start(): Promise<void>;
  /** Stops and continues the process. */
  freeze(): void;
  thaw(): void;
  /** Ends the process and removes its files. */
  close(): Promise<void>;
}

/** Several nodes that share the slots. */
export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  close(): Promise<void>;
}

/** Whether `redis-server` is on the PATH. */
export function hasRedisServer(): boolean {
  return spawnSync("redis-server", ["--version"], { stdio: "ignore" }).status === 0;
}

/**
 * Starts a Redis server on a free port of this machine. It stores nothing on disk by default.
 *
 * @param settings Command line options of `redis-server`, such as `"--appendonly", "yes"`.
 * @throws if `redis-server` is not on the PATH.
 */
export function startRedisServer(...settings: string[]): Promise<RedisServer> {
  return startOnFreePorts(async () => startOn(await freePort(), settings));
}

/** Another process may take a free port before the server does: then tries other ports. */
async function startOnFreePorts(start: () => Promise<RedisServer>): Promise<RedisServer> {
  for (let triesLeft = 4; ; triesLeft--) {
    try {
      return await start();
    } catch (error) {
      if (triesLeft === 0 || !/in use/i.test(String(error))) throw error;
    }
  }
}

async function startOn(port: number, settings: readonly string[]): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), "redis-"));
  const parameters = [
    "--port",
    `${port}`,
    "--bind",
    "127.0.0.1",
    "--dir",
    directory,
    "--save",
    "",
    "--appendonly",
    "no",
  ];
  let server: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const child = spawn("redis-server", [...parameters, ...settings], { stdio: ["ignore", "pipe", "inherit"] });
    server = child;
    await ready(child);
  };
  const kill = async (signal: NodeJS.Signals = "SIGKILL"): Promise<void> => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill(signal);
    await ended;
  };
  try {
    await start();
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    freeze: () => void server?.kill("SIGSTOP"),
    thaw: () => void server?.kill("SIGCONT"),
    async close() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Starts a Cluster of three nodes without replicas. It also needs `redis-cli`. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const node = async (): Promise<RedisServer> => {
    const clustered = ["--cluster-enabled", "yes", "--cluster-port", `${await freePort()}`];
    return startOn(await freePort(), [...clustered, "--cluster-node-timeout", "2000"]);
  };
  const nodes: RedisServer[] = [];
  const close = async (): Promise<void> => void (await Promise.all(nodes.map((node) => node.close())));
  try {
    while (nodes.length < 3) nodes.push(await startOnFreePorts(node));
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    execFileSync("redis-cli", ["--cluster", "create", ...addresses, "--cluster-yes"], { stdio: "ignore" });
    for (const address of addresses) await untilClusterIsUp(address);
  } catch (error) {
    await close();
    throw error;
  }
  return { nodes, close };
}

async function untilClusterIsUp(address: string): Promise<void> {
  const [host = "", port = ""] = address.split(":");
  for (let tries = 0; tries < 200; tries++) {
    const info = execFileSync("redis-cli", ["-h", host, "-p", port, "cluster", "info"], { encoding: "utf8" });
    if (info.includes("cluster_state:ok")) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the cluster's nodes did not find together");
}

async function ready(child: ChildProcess): Promise<void> {
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk;
      if (said.includes("Ready to accept connections")) resolve();
    });
    child.on("error", reject);
    child.on("close", () => reject(new Error(`redis-server ended before it was ready: ${said}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || !address) throw new Error("expected a port");
  return address.port;
}
