import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";

/** A round-robin load balancer. */
export interface LoadBalancer {
  url: string;
  close(): Promise<void>;
}

interface ForwardedRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * Starts a load balancer that forwards each POST to the next target.
 *
 * If a target is unreachable, or exits before it answers, the request goes to the one after it. This is safe for
 * notifications, because receivers deduplicate them. Without it, the notification that a killed instance was processing
 * may be lost: Graph does not document whether it sends a notification again.
 */
export async function startLoadBalancer(targets: () => readonly string[]): Promise<LoadBalancer> {
  let next = 0;
  const forward = async (forwarded: ForwardedRequest): Promise<number> => {
    const all = targets();
    const first = next++;
    for (let attempt = 0; attempt < all.length; attempt++) {
      const status = await post(all[(first + attempt) % all.length] ?? "", forwarded).catch(() => undefined);
      if (status !== undefined) return status;
    }
    return 502;
  };
  const server = createServer(async (incoming, outgoing) => {
    try {
      const body = Buffer.concat(await incoming.toArray());
      const status = await forward({ path: incoming.url ?? "/", headers: incoming.headers, body });
      outgoing.writeHead(status).end();
    } catch {
      outgoing.destroy();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function post(target: string, { path, headers, body }: ForwardedRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, target), { method: "POST", headers }, (response) => {
      response
        .resume()
        .on("end", () => resolve(response.statusCode ?? 502))
        .on("error", reject);
    });
    outgoing.on("error", reject).end(body);
  });
}
