import { once } from "node:events";
import { Agent } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createDtmfClient, type DtmfClientOptions } from "@graph-dtmf/client";
import { report } from "./report.ts";

/** When the server drops an idle connection. It gives no hint of it, as many do not. */
const SERVER_IDLE_MS = 5_000;
const LANES = 200;
const ROUNDS = 5;
/** Each lane sends again this long before or after the server's limit. */
const SPREAD_MS = 20;

const answer = '{"id":"operation","status":"running"}';
const response = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`;

/**
 * How often a request meets a connection that the server is just closing. Such a request is an unknown delivery: it
 * looks like one that was read before the connection broke.
 */
export async function benchmarkIdle(): Promise<void> {
  const server = createServer((socket) => {
    socket.setTimeout(SERVER_IDLE_MS, () => socket.end());
    socket.on("data", () => socket.write(response)).on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keepsIdle = new Agent({ keepAlive: true });
  const [ours, other] = await Promise.all([unknownOf({ baseUrl }), unknownOf({ baseUrl, agent: keepsIdle })]);
  keepsIdle.destroy();
  server.close();
  report(`Unknown deliveries in 1,000 sends, each about ${SERVER_IDLE_MS} ms after the one before`, [
    { what: "idle connections dropped after 4 s (ours)", ratio: ours, atMost: 0 },
    { what: "idle connections kept (an agent of the caller's)", ratio: other },
  ]);
}

async function unknownOf(options: Omit<DtmfClientOptions, "credential">): Promise<number> {
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
