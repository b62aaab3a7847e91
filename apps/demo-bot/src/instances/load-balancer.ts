import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";

/** A plain load balancer. */
export interface RoundRobin {
  url: string;
  close(): Promise<void>;
}

interface Forwarded {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * Gives each POST to the next of the servers. To one that is gone, or goes before it has answered, it is nobody's yet: it
 * is given to the one after. That is safe with notifications, which are recognised when they come again, and without it
 * what an instance takes with it when it dies is lost, for nobody knows whether Graph sends it again.
 */
export async function startRoundRobin(targets: () => readonly string[]): Promise<RoundRobin> {
  let next = 0;
  const forward = async (what: Forwarded): Promise<number> => {
    const all = targets();
    const first = next++;
    for (let tries = 0; tries < all.length; tries++) {
      const status = await post(all[(first + tries) % all.length] ?? "", what).catch(() => undefined);
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

function post(target: string, { path, headers, body }: Forwarded): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, target), { method: "POST", headers }, (answer) => {
      answer
        .resume()
        .on("end", () => resolve(answer.statusCode ?? 502))
        .on("error", reject);
    });
    outgoing.on("error", reject).end(body);
  });
}
