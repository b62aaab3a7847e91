import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type Simulator, type SimulatorOptions, startSimulator } from "@graph-dtmf/simulator";
import { onTestFinished } from "vitest";

/** One Graph with two tenants: two simulators at one address, with their signing keys at one URL. */
export interface TwoTenants {
  url: string;
  openIdConfigurationUrl: string;
  simulators: readonly [Simulator, Simulator];
}

export async function startTwoTenants(options: SimulatorOptions): Promise<TwoTenants> {
  const simulators = [await startSimulator(options), await startSimulator(options)] as const;
  const gateway = createServer((request, response) => void forward(request, response));
  await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    gateway.closeAllConnections();
    gateway.close();
    for (const simulator of simulators) await simulator.close();
  });

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url: path = "", headers } = request;
    const body = await text(request);
    if (path === "/openid")
      return sendJson(response, { issuer: "https://api.botframework.com", jwks_uri: `${url}/keys` });
    if (path === "/keys") return sendJson(response, { keys: (await Promise.all(simulators.map(fetchKeys))).flat() });
    const simulator = simulators.find(
      (simulator) => path.includes(simulator.tenantId) || body.includes(simulator.tenantId) || hasCall(simulator, path),
    );
    if (!simulator) return void response.writeHead(404).end();
    const forwarded = Object.fromEntries(
      ["authorization", "content-type", "accept"].flatMap((name) =>
        headers[name] ? [[name, String(headers[name])]] : [],
      ),
    );
    const upstream = await fetch(simulator.url + path, { method, headers: forwarded, ...(body && { body }) });
    response.writeHead(upstream.status, { "content-type": upstream.headers.get("content-type") ?? "text/plain" });
    response.end(await upstream.text());
  }

  return { url, openIdConfigurationUrl: `${url}/openid`, simulators };
}

function hasCall(simulator: Simulator, path: string): boolean {
  try {
    return simulator.call(/calls\/([^/]+)/.exec(path)?.[1] ?? "") !== undefined;
  } catch {
    return false;
  }
}

async function fetchKeys({ openIdConfigurationUrl }: Simulator): Promise<unknown[]> {
  const { jwks_uri } = (await (await fetch(openIdConfigurationUrl)).json()) as { jwks_uri: string };
  return ((await (await fetch(jwks_uri)).json()) as { keys: unknown[] }).keys;
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}
