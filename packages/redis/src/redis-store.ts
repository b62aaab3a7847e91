import { randomUUID } from "node:crypto";
import {
  type Clock,
  isRecord,
  type OpenOptions,
  type OperationKey,
  type OperationOutcome,
  type OperationStore,
  type StoredEvent,
  type Timer,
} from "@graph-dtmf/models";
import { Connection, type RedisLocation } from "./connection.ts";
import { refused } from "./errors.ts";
import { gather } from "./gather.ts";
import { channelOf } from "./keys.ts";
import { type Known, readEnd, readKnown } from "./known.ts";
import { type OpenWait, OpenWaits } from "./open-waits.ts";
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
    const laneOf = ({ callId }: { callId: string }): string => (this.#connection.isCluster ? callId : "");
    this.#register = gather({
      laneOf: ({ key }) => laneOf(key),
      run: (registrations) => this.#runOpen(registrations),
    });
    this.#keep = gather({ laneOf, run: (items: readonly PutItem[]) => this.#runPut(items) });
  }

  async open(
    key: OperationKey,
    deadlineAt: number,
    { resume = false, operationId = "" }: OpenOptions = {},
  ): Promise<number> {
    const nowMs = this.#clock.now();
    const opened = resume ? this.#waits.get(key) : undefined;
    const wait: OpenWait = {
      key,
      // A life that began elsewhere may have begun whenever.
      sinceMs: resume ? 0 : nowMs,
      isNew: !resume,
      ...opened,
      untilMs: deadlineAt,
      operationId: operationId || (opened?.operationId ?? ""),
    };
    this.#waits.set(wait);
    this.#repeatLater();
    const { leftMs } = await this.#tell(wait, resume ? (opened ? "goesOn" : "resume") : "new");
    if (resume && !opened && leftMs !== undefined) wait.untilMs = nowMs + leftMs;
    return wait.untilMs;
  }

  async put(event: StoredEvent): Promise<"new" | "seen"> {
    const reply = await this.#keep(putItem(this.#instance.prefix, event));
    this.#waits.end(event);
    if (reply === 0) return "seen";
    if (reply === 2) this.#announce(event);
    return "new";
  }

  async read(key: OperationKey): Promise<OperationOutcome | undefined> {
    const look = (operationId: string): Promise<Known> =>
      this.#register({ mode: "read", key, ageMs: 0, leftMs: 0, operationId });
    const known = await look(this.#waits.get(key)?.operationId ?? "");
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

  /** Tells Redis of a wait, and the listeners what Redis knows of it. */
  async #tell(wait: OpenWait, mode: Registration["mode"]): Promise<Known> {
    const { key, sinceMs, untilMs, operationId } = wait;
    const nowMs = this.#clock.now();
    const { isNew } = wait;
    // What comes behind it, on the same connection, is no longer the first that Redis hears of it.
    wait.isNew = false;
    const known = await this.#register({
      mode: isNew ? "new" : mode,
      key,
      ageMs: mode === "new" ? 0 : Math.max(1, nowMs - sinceMs),
      leftMs: untilMs - nowMs,
      operationId,
    }).catch((error) => {
      const current = this.#waits.get(key);
      if (isNew && current?.sinceMs === sinceMs) current.isNew = true;
      throw error;
    });
    const { callId, clientContext } = key;
    if (known.outcome) {
      const { outcome } = known;
      this.#announce({
        type: "completion",
        callId,
        clientContext,
        ...(known.operationId && { operationId: known.operationId }),
        outcome,
      });
    } else if (known.operationId !== operationId) {
      // Whoever began it knew the operation's id, under which its end may have been kept.
      wait.operationId = known.operationId;
      await this.#tell(wait, "goesOn");
    }
    if (known.callEnd) this.#announce({ type: "callEnd", callId, ...known.callEnd });
    return known;
  }

  #announce(event: StoredEvent): void {
    this.#waits.end(event);
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
    const open = failed.filter((wait) => this.#waits.get(wait.key) === wait);
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
