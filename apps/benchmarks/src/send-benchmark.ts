import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { fileURLToPath } from "node:url";
import { createDtmfClient } from "@graph-dtmf/client";
import { Client } from "@microsoft/microsoft-graph-client";
import { Pool } from "undici";
import { report } from "./report.ts";
import { type Candidate, costRatio, measureMs, runInterleaved } from "./rounds.ts";

const IN_FLIGHT = 50;
const SENDS = 2_000;
const ROUNDS = 9;
const tones = ["tone1", "tone2", "tone3", "tone4", "pound"] as const;
const body = { tones, delayBetweenTonesMs: 300, clientContext: "e0be71f1-a14f-4cec-b65a-e7aba5db7c53" };
const headers = { authorization: "Bearer token", "content-type": "application/json", accept: "application/json" };
const callId = (n: number): string => `481f3600-983e-4276-9b59-${String(n).padStart(12, "0")}`;
const path = (n: number): string => `/v1.0/communications/calls/${callId(n)}/sendDtmfTones`;

/** Sends all requests. Each lane sends to another call, and awaits a response before its next request. */
async function inFlight(send: (lane: number) => Promise<unknown>): Promise<void> {
  let left = SENDS;
  const lane = async (_: unknown, n: number): Promise<void> => {
    while (left-- > 0) await send(n);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}

/** Compares `sendDtmfTones` with other HTTP clients that send the same request. */
export async function benchmarkSend(): Promise<void> {
  const server = fork(fileURLToPath(new URL("./graph-stub.js", import.meta.url)));
  try {
    const [port] = (await once(server, "message")) as [number];
    await compare(`http://127.0.0.1:${port}`);
  } finally {
    stop(server);
  }
}

async function compare(url: string): Promise<void> {
  const dtmf = createDtmfClient({ baseUrl: url, credential: async () => "token" });
  const graph = Client.initWithMiddleware({ baseUrl: url, authProvider: { getAccessToken: async () => "token" } });
  const pool = new Pool(url, { connections: IN_FLIGHT });
  const agent = new Agent({ keepAlive: true });
  const senders: [string, (lane: number) => Promise<unknown>][] = [
    ["graph-dtmf", (n) => dtmf.sendDtmfTones(callId(n), { tones, delayBetweenTonesMs: 300 })],
    ["graph-client", (n) => graph.api(path(n).slice(5)).post(body)],
    [
      "undici",
      async (n) =>
        (await pool.request({ path: path(n), method: "POST", headers, body: JSON.stringify(body) })).body.json(),
    ],
    ["node:http", (n) => bareRequest(`${url}${path(n)}`, agent)],
  ];
  const candidates = senders.map(([name, send]): Candidate => ({ name, round: () => measureMs(() => inFlight(send)) }));
  const [ours, graphClient, undici, bare] = await runInterleaved(candidates, ROUNDS);
  await Promise.all([dtmf.close(), pool.close()]);
  agent.destroy();
  report(`Requests with ${IN_FLIGHT} in flight: our throughput divided by that of`, [
    {
      name: "graph-client with its default middleware (global fetch)",
      ratio: costRatio(graphClient, ours),
      atLeast: 4,
    },
    { name: "undici, a request without checks and retries", ratio: costRatio(undici, ours), atLeast: 0.45 },
    { name: "node:http with a keep-alive agent, without checks and retries", ratio: costRatio(bare, ours) },
  ]);
}

function bareRequest(url: string, agent: Agent): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method: "POST", headers, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve(JSON.parse(text)));
    });
    outgoing.on("error", reject);
    outgoing.end(JSON.stringify(body));
  });
}

function stop(server: ChildProcess): void {
  if (server.connected) server.disconnect();
}
