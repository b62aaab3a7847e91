import { once } from "node:events";
import { Agent } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createDtmfClient, type DtmfClientOptions } from "@graph-dtmf/client";
import { report } from "./report.ts";

/** The server closes connections that are idle for so long. Like many servers, it sends no Keep-Alive header. */
const SERVER_IDLE_MS = 5_000;
const LANES = 200;
const ROUNDS = 5;
/** Each lane sends again within this time of the limit of the server, before or after it. */
const SPREAD_MS = 20;

const body = '{"id":"operation","status":"running"}';
const response = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/**
 * Measures how often a request is sent on a connection that the server closes at the same time. The delivery of such a
 * request is unknown: the server may have read it.
 */
export async function benchmarkIdleConnections(): Promise<void> {
  const server = createServer((socket) => {
    socket.setTimeout(SERVER_IDLE_MS, () => socket.end());
    socket.on("data", () => socket.write(response)).on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keepAliveAgent = new Agent({ keepAlive: true });
  const [ours, withAgent] = await Promise.all([
    measureUnknown({ baseUrl }),
    measureUnknown({ baseUrl, agent: keepAliveAgent }),
  ]);
  keepAliveAgent.destroy();
  server.close();
  report(`Unknown deliveries per 1,000 sends, with about ${SERVER_IDLE_MS} ms between two sends`, [
    { name: "default of graph-dtmf: closes idle connections after 4 s", ratio: ours, atMost: 0 },
    { name: "agent of the caller that keeps idle connections", ratio: withAgent },
  ]);
}

async function measureUnknown(options: Omit<DtmfClientOptions, "credential">): Promise<number> {
  const dtmf = createDtmfClient({ ...options, credential: async () => "token" });
  let sent = 0;
  let unknown = 0;
  const send = async (lane: number): Promise<void> => {
    try {
      await dtmf.sendDtmfTones(`call-${lane}`, { tones: "1" });
    } catch {
      unknown++;
    }
    sent++;
  };
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      await send(lane);
      for (let round = 0; round < ROUNDS; round++) {
        await sleep(SERVER_IDLE_MS - SPREAD_MS + Math.random() * 2 * SPREAD_MS);
        await send(lane);
      }
    }),
  );
  await dtmf.close();
  return (unknown / sent) * 1_000;
}
