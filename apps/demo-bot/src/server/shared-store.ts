import type { OperationStore } from "@graph-dtmf/models";
import { createRedisOperationStore } from "@graph-dtmf/redis";
import { createCluster } from "redis";

/** A store, and what else has to be closed with it. */
export interface SharedStore {
  store: OperationStore;
  close(): Promise<void>;
}

/**
 * What instances share, at one Redis or, where there are several addresses with commas between them, in the Cluster that
 * they are nodes of. Rejects if no node of a Cluster can be reached.
 */
export async function openSharedStore(redisUrl: string): Promise<SharedStore> {
  const urls = redisUrl.split(",");
  const [first] = urls;
  if (urls.length === 1 || first === undefined) {
    const store = createRedisOperationStore({ url: redisUrl });
    return { store, close: () => store.close() };
  }
  const { username, password, protocol } = new URL(first);
  const client = createCluster({
    rootNodes: urls.map((url) => ({ url })),
    defaults: {
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(protocol === "rediss:" && { socket: { tls: true } }),
    },
  });
  // Each node that is away says so again and again; the bot hears of it where something could not be kept.
  client.on("error", () => {});
  await client.connect();
  const store = createRedisOperationStore({ client });
  return {
    store,
    async close() {
      await store.close();
      client.destroy();
    },
  };
}
