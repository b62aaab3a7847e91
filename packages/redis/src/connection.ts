import { type Clock, DtmfError } from "@graph-dtmf/models";
import { createClient } from "redis";
import { errorReply, storeUnavailable } from "./errors.ts";
import { isCluster, type RedisClient, type ScriptParameters } from "./redis-client.ts";
import type { Script } from "./script.ts";

/** The location of Redis: a URL, or a client that the caller has created and connected. */
export type RedisLocation = { url: string; client?: never } | { client: RedisClient; url?: never };

/** The settings and callbacks of a connection. */
export interface ConnectionOptions {
  clock: Clock;
  /** The channel for messages to this instance. */
  channel: string;
  onMessage(message: string): void;
  /** Called when Redis is available again. Messages sent in the meantime are lost. */
  onReconnect(): void;
}

/** A command without a reply within this time has failed for the caller. Redis may still execute it. */
const COMMAND_TIMEOUT_MS = 2_000;
/** At this number of commands that have timed out and still have no reply, new commands are rejected at once. */
const MAX_OVERDUE = 64;
const RETRY_MS = 500;
const MAX_RETRY_MS = 1_000;

/** One connection for commands and one for messages. Both reconnect by themselves. */
export class Connection {
  readonly isCluster: boolean;
  readonly #options: ConnectionOptions;
  readonly #commands: RedisClient;
  readonly #evaluator: RedisClient;
  readonly #messages: RedisClient;
  /** The clients that this class created. It closes them; the client of the caller stays open. */
  readonly #ownClients: readonly RedisClient[];
  readonly #removeListeners: () => void;
  /** Resolves when the first attempt to connect and subscribe has ended, successful or not. */
  readonly #firstAttempt: Promise<unknown>;
  #isFirstAttemptDone = false;
  #overdue = 0;
  #closed = false;

  constructor(location: RedisLocation, options: ConnectionOptions) {
    const commands = location.client ?? createOwnClient(location.url);
    this.isCluster = isCluster(commands);
    this.#options = options;
    this.#commands = commands;
    this.#evaluator = commands.withCommandOptions({ timeout: 0 });
    // A Cluster client opens its own connection for messages.
    this.#messages = this.isCluster ? commands : commands.duplicate();
    this.#ownClients = [commands, this.#messages].filter((client) => client !== location.client);
    // Without a listener an error would end the process. Failed commands reject with the errors that matter.
    for (const client of this.#ownClients) client.on("error", () => {});
    this.#removeListeners = onReady(new Set([commands, this.#messages]), () => this.#reconnected());
    const connecting = this.#ownClients.map(connectOnce);
    this.#firstAttempt = Promise.all(connecting)
      .then(() => this.#listen())
      .finally(() => {
        this.#isFirstAttemptDone = true;
      });
  }

  get isReady(): boolean {
    return !this.#closed && this.#commands.isReady;
  }

  /**
   * Runs a script.
   *
   * @throws DtmfError `store_unavailable` at once while the connection is lost, without waiting for it. `closed`
   * after it was closed.
   */
  async run(script: Script, parameters: ScriptParameters): Promise<readonly unknown[]> {
    await this.#firstAttempt;
    if (this.#closed) throw new DtmfError("closed", "the store is closed");
    if (!this.#commands.isReady) throw storeUnavailable("there is no connection to Redis");
    if (this.#overdue >= MAX_OVERDUE) throw storeUnavailable("Redis does not answer");
    let isOverdue = false;
    const replies = this.#evaluate(script, parameters).finally(() => {
      if (isOverdue) this.#overdue--;
    });
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(COMMAND_TIMEOUT_MS, () => {
        isOverdue = true;
        this.#overdue++;
        reject(storeUnavailable(`Redis did not answer within ${COMMAND_TIMEOUT_MS} ms`));
      });
      timer.unref();
      replies.finally(() => timer.cancel()).then(resolve, (error) => reject(errorReply(error)));
    });
  }

  close(): void {
    this.#closed = true;
    this.#removeListeners();
    for (const client of this.#ownClients) if (client.isOpen) client.destroy();
    if (this.isCluster) this.#messages.unsubscribe(this.#options.channel).catch(() => {});
  }

  /** Commands wait for the first attempt, so nothing was lost before it. */
  #reconnected(): void {
    if (this.#isFirstAttemptDone) this.#options.onReconnect();
  }

  async #evaluate({ source, sha1 }: Script, parameters: ScriptParameters): Promise<readonly unknown[]> {
    const reply = await this.#evaluator.evalSha(sha1, parameters).catch((error) => {
      // A restarted server has lost its scripts.
      if (error instanceof Error && error.message.startsWith("NOSCRIPT"))
        return this.#evaluator.eval(source, parameters);
      throw error;
    });
    if (!Array.isArray(reply)) throw new Error(`expected a list as the reply of a script, got ${typeof reply}`);
    return reply;
  }

  /** After one success the client subscribes again by itself. */
  async #listen(): Promise<void> {
    if (this.#closed) return;
    const { channel, onMessage, clock } = this.#options;
    try {
      if (!this.#messages.isReady) throw storeUnavailable("there is no connection for messages");
      await this.#messages.subscribe(channel, onMessage);
      this.#reconnected();
    } catch {
      clock.after(RETRY_MS, () => void this.#listen()).unref();
    }
  }
}

function createOwnClient(url: string): RedisClient {
  return createClient({
    url,
    // With an offline queue a command would wait for Redis, and Graph's request for the command.
    disableOfflineQueue: true,
    socket: { reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, MAX_RETRY_MS) + Math.random() * 100 },
  });
}

/** Later attempts continue until the client is closed. */
function connectOnce(client: RedisClient): Promise<unknown> {
  return new Promise((resolve) => {
    client.on("error", resolve);
    client.connect().then(resolve, resolve);
  });
}

/** Calls the listener whenever a connection is ready; with a Cluster, for each node. */
function onReady(clients: ReadonlySet<RedisClient>, listener: () => void): () => void {
  const events = ["ready", "node-ready"];
  for (const client of clients) for (const event of events) client.on(event, listener);
  return () => {
    for (const client of clients) for (const event of events) client.off(event, listener);
  };
}
