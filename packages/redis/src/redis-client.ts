/**
 * The members of node-redis that the store uses, for one server or a Cluster. The clients of `createClient` and
 * `createCluster` of `redis` 6 fit.
 */
export interface RedisClient {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  /** A client of the same kind and settings, not yet connected. */
  duplicate(): RedisClient;
  /**
   * The same client with other options: replies are text, and `timeout: 0` disables the timer that node-redis starts for
   * each command. The store has its own timeout.
   */
  withCommandOptions(options: { timeout: number }): RedisClient;
  eval(script: string, options: ScriptParameters): Promise<unknown>;
  evalSha(sha1: string, options: ScriptParameters): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  off(event: string, listener: (...values: unknown[]) => void): unknown;
}

/** The keys and arguments of a script. */
export interface ScriptParameters {
  keys: string[];
  arguments: string[];
}

/** In a Cluster, one script can only use keys with the same hash tag. */
export function isCluster(client: RedisClient): boolean {
  return "nodeByAddress" in client;
}
