import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Below the root, so that packages are found from there. */
const cache = join(import.meta.dirname, "../../../node_modules/.cache");
let folder: string;
let url: string;
/** Takes every send, but is silent about those with a clientContext that says so. */
const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  if (body.includes("silent")) return;
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ id: `op-${Math.random()}`, status: "running" }));
});

beforeAll(async () => {
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, "process-ends-"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a program in a process of its own, to its own end. */
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
  // Sooner than the idle connections, the operations (30 s) and the retries would let it.
  const limit = setTimeout(() => child.kill(), 25_000);
  const [code] = await once(child, "close");
  clearTimeout(limit);
  return { code, output };
}

test("a process that has sent, and closes nothing, ends by itself: no entry, timer or idle connection keeps it", async () => {
  const program = `
    for (let n = 0; n < 20; n++) await dtmf.sendDtmfTones("call-" + n % 5, { tones: "1" });
    console.log(operations.pending);`;
  expect(await run("sent", program)).toEqual({ code: 0, output: "20\n" });
});

test("a wait that is awaited keeps it, and no longer than it lasts", async () => {
  const program = `
    const sent = await dtmf.sendDtmfTones("call", { tones: "1" });
    console.log((await sent.completion({ timeoutMs: 200 })).outcome);`;
  expect(await run("awaited", program)).toEqual({ code: 0, output: "timedOut\n" });
});

test("it ends after sends that nobody answers, and after a store that never does", async () => {
  const program = `
    const hasty = createDtmfClient({ baseUrl: "${url}", credential: async () => "token", operations, responseTimeoutMs: 200 });
    const silent = await hasty.sendDtmfTones("call", { tones: "1", clientContext: "silent" }).catch((error) => error);
    const away = { ...createMemoryOperationStore(), put: () => new Promise(() => {}), open: () => Promise.reject(new Error("away")) };
    const other = createOperationTracker({ store: away });
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

test("closing is enough for a process that waits for much", async () => {
  const program = `
    const waiting = [];
    for (let n = 0; n < 20; n++) waiting.push((await dtmf.sendDtmfTones("call-" + n % 5, { tones: "1" })).completion());
    const until = operations.ended("call-1").catch((error) => error.code);
    await Promise.all([dtmf.close(), operations.close()]);
    const outcomes = await Promise.all(waiting);
    console.log(new Set(outcomes.map(({ outcome }) => outcome)).size, outcomes[0].outcome, await until);`;
  expect(await run("closed", program)).toEqual({ code: 0, output: "1 timedOut closed\n" });
});
