export {
  hasRedisServer,
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from "./redis-server.ts";
