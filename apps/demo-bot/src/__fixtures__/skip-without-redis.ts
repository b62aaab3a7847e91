import { hasRedisServer } from "@graph-dtmf/redis/testing";

/**
 * Whether to skip tests that start a Redis server. Prints a warning if so.
 *
 * @throws Error instead if `REQUIRE_REDIS` is 1.
 */
export function skipWithoutRedis(): boolean {
  if (hasRedisServer()) return false;
  const missing = "there is no redis-server on the PATH (apt-get install redis-server)";
  if (process.env.REQUIRE_REDIS === "1") throw new Error(missing);
  console.warn(`SKIPPED: ${missing}; REQUIRE_REDIS=1 turns this into a failure`);
  return true;
}
