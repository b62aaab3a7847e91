import { hasRedisServer } from "../testing/index.ts";

/** Whether tests that need Redis are skipped. Prints a warning, and throws where Redis is required. */
export function skipWithoutRedis(): boolean {
  if (hasRedisServer()) return false;
  const missing = "there is no redis-server on the PATH (apt-get install redis-server)";
  if (process.env.REQUIRE_REDIS === "1") throw new Error(missing);
  console.warn(`SKIPPED: ${missing}; REQUIRE_REDIS=1 makes that a failure`);
  return true;
}
