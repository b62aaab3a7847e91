import { randomUUID } from "node:crypto";
import type {
  Clock,
  OpenOptions,
  OperationKey,
  OperationOutcome,
  OperationStore,
  StoredEvent,
  Timer,
} from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";
import { Connection, type RedisLocation } from "./connection.ts";
import { refused } from "./errors.ts";
import { gather } from "./gather.ts";
import { callKeys, channelOf } from "./keys.ts";
import { type Known, readEnd, readKnown } from "./known.ts";
import { type NamedWait, type OpenWait, OpenWaits } from "./open-waits.ts";
import {
  type Instance,
  openParameters,
  type PutItem,
  putItem,
  putParameters,
  type Registration,
} from "./parameters.ts";
import { OPEN, PUT } from "./scripts.ts";
import { SharedLeases } from "./shared-leases.ts";
import { SharedTones } from "./shared-tones.ts";
import { readEvent, readJson } from "./stored-outcome.ts";
import type { ToneCipher } from "./tone-cipher.ts";

/** How long after it was told last Redis is told of a wait again, lest anything was lost without a trace. */
const REPEAT_MS = 15_000;
/** How long after they could not be told waits are told again, while there is a connection. */
const RETRY_MS = 1_000;
/** How many waits are told at once when Redis is back. */
const MANY = 1_024;

/** How a store is set up, checked. */
export interface RedisStoreSettings {
  prefix: string;
  ttlMs: number;
  clock: Clock;
  cipher: ToneCipher | undefined;
}

/**
 * Everything that belongs together happens in one script: a result is stored and announced, a wait is registered and what
 * is known of it read. So no order of events loses one, and each costs one round trip.
 */
export class RedisStore implements OperationStore {
  declare readonly tones?: SharedTones;
  readonly leases: SharedLeases;
  readonly #clock: Clock;
  readonly #instance: Instance;
  readonly #connection: Connection;
  readonly #waits = new OpenWaits();
  readonly #listeners = new Set<(event: StoredEvent) => void>();
  readonly #register: (registration: Registration) => Promise<Known>;
  readonly #keep: (item: PutItem) => Promise<number>;
  #repeat: Timer | undefined;
  #telling = Promise.resolve();
  #closed = false;

  constructor(location: RedisLocation, { prefix, ttlMs, clock, cipher }: RedisStoreSettings) {
    this.#clock = clock;
    this.#instance = { id: randomUUID(), prefix, ttlMs };
    this.#connection = new Connection(location, {
      clock,
      channel: channelOf(prefix, this.#instance.id),
      // Outside of the client's parser, which what a listener throws would leave in the middle of a message.
      heard: (message) => queueMicrotask(() => this.#hear(message)),
      returned: () => {
        this.#tellAgain();
        this.tones?.again();
      },
    });
    this.leases = new SharedLeases(this.#connection, this.#instance);
    if (cipher) {
      const ended = (callId: string, end: string): void => {
        const callEnd = readEnd(end);
        if (callEnd) this.#announce({ type: "callEnd", callId, ...callEnd });
      };
      this.tones = new SharedTones({ connection: this.#connection, instance: this.#instance, cipher, clock, ended });
    }
    const laneOf = (callId: string): string => (this.#connection.isCluster ? callId : "");
    this.#register = gather({
      laneOf: ({ wait }) => laneOf(wait.key.callId),
      run: (registrations) => this.#runOpen(registrations),
    });
    this.#keep = gather({ laneOf: ({ callId }) => laneOf(callId), run: (items) => this.#runPut(items) });
  }

  open(key: OperationKey, deadlineAt: number, { resume = false, operationId = "" }: OpenOptions = {}): Promise<number> {
    const named = this.#named(key);
    const opened = resume ? this.#waits.get(named.name) : undefined;
    const wait: OpenWait = {
      key,
      name: named.name,
      keys: named.keys,
      // A life that began elsewhere may have begun whenever.
      sinceMs: opened?.sinceMs ?? (resume ? 0 : this.#clock.now()),
      untilMs: deadlineAt,
      operationId: operationId || (opened?.operationId ?? ""),
      isNew: opened?.isNew ?? !resume,
    };
    this.#waits.set(wait);
    this.#repeatLater();
    return this.#tell(wait, resume ? (opened ? "goesOn" : "resume") : "new");
  }

  async put(event: StoredEvent): Promise<"new" | "seen"> {
    const item = putItem(this.#instance.prefix, event);
    const reply = await this.#keep(item);
    // Where the event names none this is the name of no wait.
    this.#waits.end(item.keys[0]);
    if (reply === 0) return "seen";
    if (reply === 2) this.#announce(event);
    return "new";
  }

  async read(key: OperationKey): Promise<OperationOutcome | undefined> {
    const wait = this.#named(key);
    const look = (operationId: string): Promise<Known> =>
      this.#register({ mode: "read", wait, ageMs: 0, leftMs: 0, operationId });
    const known = await look(this.#waits.get(wait.name)?.operationId ?? "");
    return known.outcome ?? (known.operationId ? (await look(known.operationId)).outcome : undefined);
  }

  listen(heard: (event: StoredEvent) => void): () => void {
    this.#listeners.add(heard);
    return () => this.#listeners.delete(heard);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    this.#repeat?.cancel();
    this.tones?.close();
    this.#connection.close();
  }

  #named(key: OperationKey): NamedWait {
    const keys = callKeys(this.#instance.prefix, key.callId);
    return { key, name: keys.wait(key.clientContext), keys };
  }

  /** Tells Redis of a wait, and the listeners what Redis knows of it. Gives when the wait ends. */
  #tell(wait: OpenWait, mode: Registration["mode"]): Promise<number> {
    const { name, sinceMs, untilMs, operationId, isNew } = wait;
    const nowMs = this.#clock.now();
    // What comes behind it, on the same connection, is no longer the first that Redis hears of it.
    wait.isNew = false;
    const asked = {
      mode: isNew ? "new" : mode,
      wait,
      ageMs: mode === "new" ? 0 : Math.max(1, nowMs - sinceMs),
      leftMs: untilMs - nowMs,
      operationId,
    };
    return this.#register(asked).then(
      (known) => {
        if (mode === "resume" && known.leftMs !== undefined) wait.untilMs = nowMs + known.leftMs;
        return this.#learn(wait, known);
      },
      (error: unknown) => {
        const current = this.#waits.get(name);
        if (isNew && current?.sinceMs === sinceMs) current.isNew = true;
        throw error;
      },
    );
  }

  #learn(wait: OpenWait, { operationId, outcome, callEnd }: Known): number | Promise<number> {
    const { callId, clientContext } = wait.key;
    if (!outcome && operationId !== wait.operationId) {
      // Its end may have been kept under the id: of it, or of the operation that whoever began it knew.
      wait.operationId = operationId;
      return this.#tell(wait, "goesOn");
    }
    if (outcome) {
      const named = operationId !== "" && { operationId };
      this.#announce({ type: "completion", callId, clientContext, ...named, outcome });
    }
    if (callEnd) this.#announce({ type: "callEnd", callId, ...callEnd });
    return wait.untilMs;
  }

  #announce(event: StoredEvent): void {
    if (event.type === "completion" && event.clientContext !== undefined) {
      this.#waits.end(callKeys(this.#instance.prefix, event.callId).wait(event.clientContext));
    }
    for (const heard of this.#listeners) heard(event);
  }

  #hear(message: string): void {
    const events = readJson(message);
    if (!Array.isArray(events)) return;
    for (const value of events) {
      const event = readEvent(value);
      if (event) this.#announce(event);
      else if (isRecord(value) && value.type === "tones" && typeof value.callId === "string") {
        this.tones?.told(value.callId);
      }
    }
  }

  /** Redis may have forgotten every wait, or said something while nobody listened. */
  #tellAgain(): void {
    // What is under way may have begun before whatever was lost.
    this.#telling = this.#telling.then(() => this.#tellAll(this.#waits.current(this.#clock.now())));
  }

  async #tellAll(waits: readonly OpenWait[]): Promise<void> {
    const failed: OpenWait[] = [];
    for (let from = 0; from < waits.length && this.#connection.isReady; from += MANY) {
      const some = waits.slice(from, from + MANY);
      const results = await Promise.allSettled(some.map((wait) => this.#tell(wait, "again")));
      failed.push(...some.filter((_, n) => results[n]?.status === "rejected"));
    }
    // A node of a Cluster is back before the Cluster is.
    if (failed.length > 0) this.#clock.after(RETRY_MS, () => this.#retry(failed)).unref();
  }

  #retry(failed: readonly OpenWait[]): void {
    const open = failed.filter((wait) => this.#waits.get(wait.name) === wait);
    this.#telling = this.#telling.then(() => this.#tellAll(open));
  }

  #repeatLater(): void {
    if (this.#closed) return;
    this.#repeat ??= this.#clock.after(REPEAT_MS, () => {
      this.#repeat = undefined;
      this.#tellAgain();
      if (this.#waits.size > 0) this.#repeatLater();
    });
    this.#repeat.unref();
  }

  async #runOpen(waits: readonly Registration[]): Promise<(Known | Error)[]> {
    const replies = await this.#connection.run(OPEN, openParameters(this.#instance, waits));
    return waits.map(({ operationId }, n) => failureOf(replies[n]) ?? readKnown(replies[n], operationId));
  }

  async #runPut(items: readonly PutItem[]): Promise<(number | Error)[]> {
    const replies = await this.#connection.run(PUT, putParameters(this.#instance, items));
    return replies.map((reply) => failureOf(reply) ?? Number(reply));
  }
}

function failureOf(reply: unknown): Error | undefined {
  return reply instanceof Error ? refused(reply) : undefined;
}
