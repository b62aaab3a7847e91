import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Inside the repository, so that imports of packages resolve. */
const cache = join(import.meta.dirname, "../../../node_modules/.cache");
let folder: string;
let url: string;
/** Accepts every send, but never responds to a body that contains "silent". */
const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  if (body.includes("silent")) return;
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ id: `op-${Math.random()}`, status: "running" }));
});

beforeAll(async () => {
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, "process-exit-"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a program in a child process until it exits. */
async function run(name: string, program: string): Promise<{ code: number | null; output: string }> {
  const outfile = join(folder, `${name}.mjs`);
  const contents = `
    import { createDtmfClient } from "@graph-dtmf/client";
    import { createMemoryOperationStore, createOperationTracker } from "@graph-dtmf/notifications";
    const operations = createOperationTracker();
    const dtmf = createDtmfClient({ baseUrl: "${url}", credential: async () => "token", operations });
    ${program}`;
  await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: "ts" },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@graph-dtmf/source"],
    external: ["jose", "undici", "@microsoft/microsoft-graph-client"],
  });
  const child = spawn(process.execPath, [outfile], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  // Less than the timeout of operations (30 s), so that a process that waits for a timer fails the test.
  const limit = setTimeout(() => child.kill(), 25_000);
  const [code] = await once(child, "close");
  clearTimeout(limit);
  return { code, output };
}

test("a process exits without close(): pending operations, timers and idle connections do not keep it running", async () => {
  const program = `
    for (let n = 0; n < 20; n++) await dtmf.sendDtmfTones("call-" + n % 5, { tones: "1" });
    console.log(operations.pending);`;
  expect(await run("sent", program)).toEqual({ code: 0, output: "20\n" });
});

test("an awaited completion keeps the process running until it settles", async () => {
  const program = `
    const sent = await dtmf.sendDtmfTones("call", { tones: "1" });
    console.log((await sent.completion({ timeoutMs: 200 })).outcome);`;
  expect(await run("awaited", program)).toEqual({ code: 0, output: "timedOut\n" });
});

test("a process exits after requests without a response and with a store that never responds", async () => {
  const program = `
    const shortTimeout = createDtmfClient({ baseUrl: "${url}", credential: async () => "token", operations, responseTimeoutMs: 200 });
    const silent = await shortTimeout.sendDtmfTones("call", { tones: "1", clientContext: "silent" }).catch((error) => error);
    const unresponsive = { ...createMemoryOperationStore(), put: () => new Promise(() => {}), open: () => Promise.reject(new Error("away")) };
    const other = createOperationTracker({ store: unresponsive });
    other.expect({ callId: "call", clientContext: "mine" });
    const operation = { id: "op", status: "failed", clientContext: "mine" };
    const lost = await Promise.race([
      other.apply({ kind: "operation", callId: "call", operationId: "op", changeType: "deleted", operation, raw: {} }).catch((error) => error),
      new Promise((resolve) => setTimeout(resolve, 5_000)),
    ]);
    console.log(silent.code, lost.code, other.pendingWrites);
    process.exitCode = 3;`;
  expect(await run("silent", program)).toEqual({ code: 3, output: "delivery_unknown store_unavailable 1\n" });
});

test("close() settles all waits, so that the process exits", async () => {
  const program = `
    const waiting = [];
    for (let n = 0; n < 20; n++) waiting.push((await dtmf.sendDtmfTones("call-" + n % 5, { tones: "1" })).completion());
    const until = operations.ended("call-1").catch((error) => error.code);
    await Promise.all([dtmf.close(), operations.close()]);
    const outcomes = await Promise.all(waiting);
    console.log(new Set(outcomes.map(({ outcome }) => outcome)).size, outcomes[0].outcome, await until);`;
  expect(await run("closed", program)).toEqual({ code: 0, output: "1 timedOut closed\n" });
});
