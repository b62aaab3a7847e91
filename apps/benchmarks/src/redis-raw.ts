import type { OperationKey, OperationStore, StoredEvent } from "@graph-dtmf/models";
import { Redis } from "ioredis";
import { createClient } from "redis";

/** Makes a store of one instance; those of one bot share a prefix. */
export type StoreMaker = (url: string, prefix: string) => OperationStore;

const TTL_MS = 60_000;

/** The commands that the least of all stores needs. */
interface Commands {
  set(key: string, value: string): Promise<unknown>;
  get(key: string): Promise<string | null>;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(channel: string, heard: (message: string) => void): Promise<unknown>;
  close(): void;
}

/**
 * The least that shares completions: SET and PUBLISH, on one channel for all. Nothing is registered, recognised when it
 * comes again, or read again after a connection was lost.
 */
function rawStore(prefix: string, commands: Commands): OperationStore {
  const listeners = new Set<(event: StoredEvent) => void>();
  const channel = `${prefix}all`;
  const keyOf = ({ callId, clientContext }: OperationKey): string => `${prefix}${callId}:${clientContext}`;
  const ready = commands.subscribe(channel, (message) => {
    const event: StoredEvent = JSON.parse(message);
    for (const heard of listeners) heard(event);
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
    listen(heard) {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
    async close() {
      await ready;
      commands.close();
    },
  };
}

/** With node-redis, as our store uses it. */
export const rawNodeRedis: StoreMaker = (url, prefix) => {
  const client = createClient({ url, commandOptions: { timeout: 0 } });
  const subscriber = client.duplicate();
  const connected = Promise.all([client.connect(), subscriber.connect()]);
  return rawStore(prefix, {
    set: (key, value) => client.set(key, value, { expiration: { type: "PX", value: TTL_MS } }),
    get: (key) => client.get(key),
    publish: (channel, message) => client.publish(channel, message),
    subscribe: (channel, heard) => connected.then(() => subscriber.subscribe(channel, heard)),
    close() {
      subscriber.destroy();
      client.destroy();
    },
  });
};

/** With ioredis. */
export const rawIoredis: StoreMaker = (url, prefix) => {
  const [client, subscriber] = [new Redis(url), new Redis(url)];
  return rawStore(prefix, {
    set: (key, value) => client.set(key, value, "PX", TTL_MS),
    get: (key) => client.get(key),
    publish: (channel, message) => client.publish(channel, message),
    subscribe(channel, heard) {
      subscriber.on("message", (_channel, message) => heard(message));
      return subscriber.subscribe(channel);
    },
    close() {
      subscriber.disconnect();
      client.disconnect();
    },
  });
};
