import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { JWK } from "jose";

/** A loopback server of an OpenID configuration and its key set. It can simulate faults. */
export interface KeyServer {
  readonly origin: string;
  readonly configurationUrl: string;
  /** The published keys, from the next request on. */
  keys: unknown[];
  /** Overrides for requests, by path. */
  instead: Record<string, ((response: ServerResponse, request: IncomingMessage) => void) | undefined>;
  /** Requested paths, in order. */
  readonly requests: string[];
  /** How often the key set was requested. */
  readonly loads: number;
  /** Resolves at the next request for `path`. */
  requested(path: string): Promise<void>;
  close(): Promise<void>;
}

export const CONFIGURATION = "/v1/.well-known/OpenIdConfiguration";
export const KEYS = "/v1/keys";

/** Starts a {@link KeyServer}. `port` is for a restart on the same port. */
export async function startKeyServer(keys: JWK[], port = 0): Promise<KeyServer> {
  const requests: string[] = [];
  const waiting: { path: string; resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    requests.push(path);
    for (const waiter of waiting) if (waiter.path === path) waiter.resolve();
    const instead = keyServer.instead[path];
    if (instead) instead(response, request);
    else if (path === CONFIGURATION) sendJson(response, configurationOf(keyServer.origin));
    else if (path === KEYS) sendJson(response, { keys: keyServer.keys });
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keyServer: KeyServer = {
    origin,
    configurationUrl: `${origin}${CONFIGURATION}`,
    keys,
    instead: {},
    requests,
    get loads() {
      return requests.filter((path) => path === KEYS).length;
    },
    requested: (path) => new Promise((resolve) => waiting.push({ path, resolve })),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return keyServer;
}

/** Answers with 200 and JSON. */
export function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** The configuration of the calling service, including the wrong name of its algorithm. */
export function configurationOf(origin: string): Record<string, unknown> {
  return {
    issuer: "https://api.botframework.com",
    jwks_uri: `${origin}${KEYS}`,
    id_token_signing_alg_values_supported: ["RSA256"],
  };
}
