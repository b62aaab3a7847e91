export type { RedisLocation } from "./connection.ts";
export { createRedisOperationStore, type RedisOperationStoreOptions } from "./create-redis-store.ts";
export type { RedisClient, ScriptParameters } from "./redis-client.ts";
