import type { OperationStore } from "@graph-dtmf/models";
import { createRedisOperationStore } from "@graph-dtmf/redis";
import { createCluster } from "redis";

/** An operation store that several instances share. */
export interface SharedStore {
  store: OperationStore;
  /** Closes the store and its connections. */
  close(): Promise<void>;
}

/**
 * Opens the store in one Redis, or in a Redis Cluster if `redisUrl` is a list of node addresses with commas between
 * them.
 *
 * @throws Error of node-redis if no node of a Cluster can be reached.
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
  // An unreachable node emits this event at every attempt to reconnect. Failed writes are reported by the tracker.
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
