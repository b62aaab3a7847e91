/**
 * What the store needs of node-redis, for one server or for a Cluster: what `createClient` and `createCluster` of
 * `redis` 6 return fits.
 */
export interface RedisClient {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  /** A client of the same kind and settings, not yet connected. */
  duplicate(): RedisClient;
  /** The same client under other options: replies as texts, and no timer for each command, which would cost more than it. */
  withCommandOptions(options: { timeout: number }): RedisClient;
  eval(script: string, options: ScriptParameters): Promise<unknown>;
  evalSha(sha1: string, options: ScriptParameters): Promise<unknown>;
  subscribe(channel: string, heard: (message: string) => void): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  on(event: string, listener: (...facts: unknown[]) => void): unknown;
  off(event: string, listener: (...facts: unknown[]) => void): unknown;
}

/** What a script is run on. */
export interface ScriptParameters {
  keys: string[];
  arguments: string[];
}

/** Keys of a Cluster may meet in one script only where they share a hash tag. */
export function isCluster(client: RedisClient): boolean {
  return "nodeByAddress" in client;
}
