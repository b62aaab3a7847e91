import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type Simulator, type SimulatorOptions, startSimulator } from "@graph-dtmf/simulator";
import { onTestFinished } from "vitest";

/** One Graph with two tenants: a simulator for each behind one address, with the signing keys of both at one URL. */
export interface TwoTenants {
  url: string;
  openIdConfigurationUrl: string;
  simulators: readonly [Simulator, Simulator];
}

export async function startTwoTenants(options: SimulatorOptions): Promise<TwoTenants> {
  const simulators = [await startSimulator(options), await startSimulator(options)] as const;
  const front = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    front.closeAllConnections();
    front.close();
    for (const simulator of simulators) await simulator.close();
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url: path = "", headers } = request;
    const body = await text(request);
    if (path === "/openid") return end(response, { issuer: "https://api.botframework.com", jwks_uri: `${url}/keys` });
    if (path === "/keys") return end(response, { keys: (await Promise.all(simulators.map(keysOf))).flat() });
    const simulator = simulators.find(
      (one) => path.includes(one.tenantId) || body.includes(one.tenantId) || knows(one, path),
    );
    if (!simulator) return void response.writeHead(404).end();
    const kept = Object.fromEntries(
      ["authorization", "content-type", "accept"].flatMap((name) =>
        headers[name] ? [[name, String(headers[name])]] : [],
      ),
    );
    const reply = await fetch(simulator.url + path, { method, headers: kept, ...(body && { body }) });
    response.writeHead(reply.status, { "content-type": reply.headers.get("content-type") ?? "text/plain" });
    response.end(await reply.text());
  }

  return { url, openIdConfigurationUrl: `${url}/openid`, simulators };
}

function knows(simulator: Simulator, path: string): boolean {
  try {
    return simulator.call(/calls\/([^/]+)/.exec(path)?.[1] ?? "") !== undefined;
  } catch {
    return false;
  }
}

async function keysOf({ openIdConfigurationUrl }: Simulator): Promise<unknown[]> {
  const { jwks_uri } = (await (await fetch(openIdConfigurationUrl)).json()) as { jwks_uri: string };
  return ((await (await fetch(jwks_uri)).json()) as { keys: unknown[] }).keys;
}

function end(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}
