import type { OperationKey, OperationStore, StoredEvent } from "@graph-dtmf/models";
import { Redis } from "ioredis";
import { createClient } from "redis";

/** Creates the store of one instance. The instances of one bot have the same prefix. */
export type StoreMaker = (url: string, prefix: string) => OperationStore;

const TTL_MS = 60_000;

/** The Redis commands of the baseline. */
interface Commands {
  set(key: string, value: string): Promise<unknown>;
  get(key: string): Promise<string | null>;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(channel: string, onMessage: (message: string) => void): Promise<unknown>;
  close(): void;
}

/**
 * A minimal store that shares completions with SET, and with PUBLISH on one channel. It does not register waits, detect
 * duplicates or recover messages after a lost connection.
 */
function createBaselineStore(prefix: string, commands: Commands): OperationStore {
  const listeners = new Set<(event: StoredEvent) => void>();
  const channel = `${prefix}all`;
  const keyOf = ({ callId, clientContext }: OperationKey): string => `${prefix}${callId}:${clientContext}`;
  const ready = commands.subscribe(channel, (message) => {
    const event: StoredEvent = JSON.parse(message);
    for (const listener of listeners) listener(event);
  });
  return {
    async open(_key, deadlineAt) {
      return deadlineAt;
    },
    async put(event) {
      await ready;
      if (event.type === "completion") {
        const { callId, clientContext = "", outcome } = event;
        await commands.set(keyOf({ callId, clientContext }), JSON.stringify(outcome));
      }
      await commands.publish(channel, JSON.stringify(event));
      return "new";
    },
    async read(key) {
      return JSON.parse((await commands.get(keyOf(key))) ?? "null") ?? undefined;
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await ready;
      commands.close();
    },
  };
}

/** The baseline with node-redis, which the Redis store uses too. */
export const nodeRedisBaseline: StoreMaker = (url, prefix) => {
  const client = createClient({ url, commandOptions: { timeout: 0 } });
  const subscriber = client.duplicate();
  const connected = Promise.all([client.connect(), subscriber.connect()]);
  return createBaselineStore(prefix, {
    set: (key, value) => client.set(key, value, { expiration: { type: "PX", value: TTL_MS } }),
    get: (key) => client.get(key),
    publish: (channel, message) => client.publish(channel, message),
    subscribe: (channel, onMessage) => connected.then(() => subscriber.subscribe(channel, onMessage)),
    close() {
      subscriber.destroy();
      client.destroy();
    },
  });
};

/** The baseline with ioredis. */
export const ioredisBaseline: StoreMaker = (url, prefix) => {
  const [client, subscriber] = [new Redis(url), new Redis(url)];
  return createBaselineStore(prefix, {
    set: (key, value) => client.set(key, value, "PX", TTL_MS),
    get: (key) => client.get(key),
    publish: (channel, message) => client.publish(channel, message),
    subscribe(channel, onMessage) {
      subscriber.on("message", (_channel, message) => onMessage(message));
      return subscriber.subscribe(channel);
    },
    close() {
      subscriber.disconnect();
      client.disconnect();
    },
  });
};
