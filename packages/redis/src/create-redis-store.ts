import { type Clock, type OperationStore, systemClock } from "@graph-dtmf/models";
import type { RedisLocation } from "./connection.ts";
import { RedisStore } from "./redis-store.ts";
import { createToneCipher } from "./tone-cipher.ts";

/** Options of a Redis store. */
export interface RedisOperationStoreOptions {
  /**
   * The prefix of all keys and channels. Default `graph-dtmf:`. Instances of one bot share it; different bots must
   * not.
   */
  prefix?: string;
  /** How long outcomes are stored, in milliseconds. Default 24 hours. */
  ttlMs?: number;
  /**
   * Shares pressed keys too, encrypted with AES-256-GCM under this key: 32 random bytes, or their base64. It is the
   * same for all instances. Without it, keys stay on the instance that receives them.
   */
  encryptionKey?: Uint8Array | string;
  /** The clock, for tests. Redis uses its own. */
  clock?: Clock;
}

const DAY_MS = 24 * 3_600_000;

/**
 * Creates a store that the instances of a bot share: pass one to the tracker of each.
 *
 * It connects in the background and reconnects by itself. While Redis is unavailable, `put` rejects at once with
 * `store_unavailable`, and the receiver answers 503.
 *
 * @param location `url` is `redis[s]://[[user][:password]@]host[:port][/database]`. `client` is a client of
 * node-redis 6, of one server or a Cluster, that you create, connect and close.
 * @throws TypeError for an invalid location or option.
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
