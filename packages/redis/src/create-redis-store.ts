import { type Clock, type OperationStore, systemClock } from "@graph-dtmf/models";
import type { RedisLocation } from "./connection.ts";
import { RedisStore } from "./redis-store.ts";
import { createToneCipher } from "./tone-cipher.ts";

/** How a store keeps what it is given. */
export interface RedisOperationStoreOptions {
  /** What all keys and channels begin with. Default `graph-dtmf:`. Instances of one bot share it; bots don't. */
  prefix?: string;
  /** How long results are kept, in milliseconds. Default 24 hours. */
  ttlMs?: number;
  /**
   * Has the keys that people press shared too, encrypted with AES-256-GCM under this key: 32 random bytes, or their base64.
   * The same for all instances. Without it they stay with the instance that hears them.
   */
  encryptionKey?: Uint8Array | string;
  /** Time, for tests. Redis goes by its own. */
  clock?: Clock;
}

const DAY_MS = 24 * 3_600_000;

/**
 * Makes a store that the instances of a bot share: give one to the tracker of each.
 *
 * It connects in the background, and comes back by itself when Redis does. While Redis is away `put` rejects at once with
 * `store_unavailable`, which the receiver answers with 503.
 *
 * @param location `url` is `redis[s]://[[user][:password]@]host[:port][/database]`; or a `client` of node-redis 6, of one
 * server or of a Cluster, that you made, connected, and will close.
 * @throws TypeError for an address or options that cannot work.
 */
export function createRedisOperationStore(
  location: RedisLocation,
  { prefix = "graph-dtmf:", ttlMs = DAY_MS, clock = systemClock, encryptionKey }: RedisOperationStoreOptions = {},
): OperationStore {
  if (typeof location?.url !== "string" && typeof location?.client?.evalSha !== "function") {
    throw new TypeError("expected the url of a Redis, or a client of node-redis");
  }
  if (/[{}]/.test(prefix)) throw new TypeError("expected a prefix without braces, which are a Cluster's hash tags");
  if (!(Number.isSafeInteger(ttlMs) && ttlMs > 0)) {
    throw new TypeError(`expected ttlMs to be a whole number of milliseconds above 0, got ${ttlMs}`);
  }
  const cipher = encryptionKey === undefined ? undefined : createToneCipher(encryptionKey);
  return new RedisStore(location, { prefix, ttlMs, clock, cipher });
}
