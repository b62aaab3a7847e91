import { type Clock, DtmfError } from "@graph-dtmf/models";
import { createClient } from "redis";
import { refused, unavailable } from "./errors.ts";
import { isCluster, type RedisClient, type ScriptParameters } from "./redis-client.ts";
import type { Script } from "./scripts.ts";

/** Where Redis is: an address, or a client that the caller made and connected. */
export type RedisLocation = { url: string; client?: never } | { client: RedisClient; url?: never };

/** Whom a connection serves. */
export interface ConnectionOptions {
  clock: Clock;
  /** What is listened to. */
  channel: string;
  heard(message: string): void;
  /** Redis is there after it was not: what was said meanwhile nobody heard. */
  returned(): void;
}

/** How long one call may take until it counts as failed. What it asked for may be done all the same. */
const PATIENCE_MS = 2_000;
/** How many calls may have been given up, and still be unanswered, before no more are made. */
const MOST_OVERDUE = 64;
const RETRY_MS = 500;
const LONGEST_RETRY_MS = 1_000;

/** One connection for commands, one for messages. Both come back by themselves when Redis does. */
export class Connection {
  readonly isCluster: boolean;
  readonly #options: ConnectionOptions;
  readonly #commands: RedisClient;
  readonly #evaluator: RedisClient;
  readonly #messages: RedisClient;
  /** Those that we made, and so have to close. */
  readonly #ours: readonly RedisClient[];
  readonly #stopWatching: () => void;
  /** Resolves when the first attempt to connect and to listen has ended, one way or the other. */
  readonly #tried: Promise<unknown>;
  #hasTried = false;
  #overdue = 0;
  #closed = false;

  constructor(location: RedisLocation, options: ConnectionOptions) {
    const commands = location.client ?? createOwnClient(location.url);
    this.isCluster = isCluster(commands);
    this.#options = options;
    this.#commands = commands;
    this.#evaluator = commands.withCommandOptions({ timeout: 0 });
    // A Cluster's client keeps a connection of its own for messages.
    this.#messages = this.isCluster ? commands : commands.duplicate();
    this.#ours = [commands, this.#messages].filter((client) => client !== location.client);
    // Without a listener an error would end the process. Those that matter are thrown where something was asked for.
    for (const client of this.#ours) client.on("error", () => {});
    this.#stopWatching = watch(new Set([commands, this.#messages]), () => this.#returned());
    const connecting = this.#ours.map(firstAttempt);
    this.#tried = Promise.all(connecting)
      .then(() => this.#listen())
      .finally(() => {
        this.#hasTried = true;
      });
  }

  get isReady(): boolean {
    return !this.#closed && this.#commands.isReady;
  }

  /**
   * Runs a script.
   *
   * @throws DtmfError `store_unavailable` without waiting for a lost connection to come back: who asks may have a better
   * idea. `closed` after it was closed.
   */
  async run(script: Script, parameters: ScriptParameters): Promise<readonly unknown[]> {
    await this.#tried;
    if (this.#closed) throw new DtmfError("closed", "the store is closed");
    if (!this.#commands.isReady) throw unavailable("there is no connection to Redis");
    if (this.#overdue >= MOST_OVERDUE) throw unavailable("Redis does not answer");
    let isOverdue = false;
    const answered = this.#evaluate(script, parameters).finally(() => {
      if (isOverdue) this.#overdue--;
    });
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(PATIENCE_MS, () => {
        isOverdue = true;
        this.#overdue++;
        reject(unavailable(`Redis did not answer within ${PATIENCE_MS} ms`));
      });
      timer.unref();
      answered.finally(() => timer.cancel()).then(resolve, (error) => reject(refused(error)));
    });
  }

  close(): void {
    this.#closed = true;
    this.#stopWatching();
    for (const client of this.#ours) if (client.isOpen) client.destroy();
    if (this.isCluster) this.#messages.unsubscribe(this.#options.channel).catch(() => {});
  }

  /** What was asked for before the first attempt ended waits for its end, and has missed nothing. */
  #returned(): void {
    if (this.#hasTried) this.#options.returned();
  }

  async #evaluate({ source, sha1 }: Script, parameters: ScriptParameters): Promise<readonly unknown[]> {
    const replies = await this.#evaluator.evalSha(sha1, parameters).catch((error) => {
      // A server that was restarted has forgotten its scripts.
      if (error instanceof Error && error.message.startsWith("NOSCRIPT"))
        return this.#evaluator.eval(source, parameters);
      throw error;
    });
    if (!Array.isArray(replies)) throw new Error("expected a list from the script, got something else");
    return replies;
  }

  /** Once it has succeeded the client itself listens again after whatever happens. */
  async #listen(): Promise<void> {
    if (this.#closed) return;
    const { channel, heard, clock } = this.#options;
    try {
      if (!this.#messages.isReady) throw unavailable("there is no connection for messages");
      await this.#messages.subscribe(channel, heard);
      this.#returned();
    } catch {
      clock.after(RETRY_MS, () => void this.#listen()).unref();
    }
  }
}

function createOwnClient(url: string): RedisClient {
  return createClient({
    url,
    // It would keep commands until Redis is back, and Graph waiting for an answer as long.
    disableOfflineQueue: true,
    socket: { reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, LONGEST_RETRY_MS) + Math.random() * 100 },
  });
}

/** It goes on trying after that, until it is closed. */
function firstAttempt(client: RedisClient): Promise<unknown> {
  return new Promise((resolve) => {
    client.on("error", resolve);
    client.connect().then(resolve, resolve);
  });
}

/** Tells whenever a connection is there again; a Cluster's client says so of each node. */
function watch(clients: ReadonlySet<RedisClient>, returned: () => void): () => void {
  const events = ["ready", "node-ready"];
  for (const client of clients) for (const event of events) client.on(event, returned);
  return () => {
    for (const client of clients) for (const event of events) client.off(event, returned);
  };
}
