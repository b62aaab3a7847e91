import { randomUUID } from "node:crypto";
import type {
  Clock,
  OpenOptions,
  OperationKey,
  OperationOutcome,
  OperationStore,
  StoredEvent,
} from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";
import { createBatcher } from "./batcher.ts";
import { Connection, type RedisLocation } from "./connection.ts";
import { errorReply } from "./errors.ts";
import { callKeys, channelOf } from "./keys.ts";
import type { NamedWait } from "./open-waits.ts";
import {
  type Instance,
  type PutItem,
  type Registration,
  toPutArguments,
  toPutItem,
  toRegisterArguments,
} from "./script-arguments.ts";
import { SharedLeases } from "./shared-leases.ts";
import { SharedTones } from "./shared-tones.ts";
import { parseJson, parseStoredEvent } from "./stored-event.ts";
import type { ToneCipher } from "./tone-cipher.ts";
import { WaitRegistrations } from "./wait-registrations.ts";
import { PUT_AND_PUBLISH, REGISTER_AND_READ } from "./wait-scripts.ts";
import { parseCallEnd, parseWaitState, type WaitState } from "./wait-state.ts";

/** The validated settings of a store. */
export interface RedisStoreSettings {
  prefix: string;
  ttlMs: number;
  clock: Clock;
  cipher: ToneCipher | undefined;
}

/**
 * Steps that belong together run in one script: storing and announcing an outcome, registering a wait and reading its
 * state. So no order of events loses an outcome, and each step is one round trip.
 */
export class RedisStore implements OperationStore {
  declare readonly tones?: SharedTones;
  readonly leases: SharedLeases;
  readonly #instance: Instance;
  readonly #connection: Connection;
  readonly #registrations: WaitRegistrations;
  readonly #listeners = new Set<(event: StoredEvent) => void>();
  readonly #register: (registration: Registration) => Promise<WaitState>;
  readonly #put: (item: PutItem) => Promise<number>;

  constructor(location: RedisLocation, { prefix, ttlMs, clock, cipher }: RedisStoreSettings) {
    this.#instance = { id: randomUUID(), prefix, ttlMs };
    this.#connection = new Connection(location, {
      clock,
      channel: channelOf(prefix, this.#instance.id),
      // Not in the client's parser: an error thrown by a listener would break it in the middle of a message.
      onMessage: (message) => queueMicrotask(() => this.#onMessage(message)),
      onReconnect: () => {
        this.#registrations.registerAgain();
        this.tones?.refresh();
      },
    });
    const shardOf = (callId: string): string => (this.#connection.isCluster ? callId : "");
    this.#register = createBatcher({
      shardOf: ({ wait }) => shardOf(wait.key.callId),
      run: (registrations) => this.#runRegister(registrations),
    });
    this.#put = createBatcher({ shardOf: ({ callId }) => shardOf(callId), run: (items) => this.#runPut(items) });
    this.#registrations = new WaitRegistrations({
      connection: this.#connection,
      clock,
      register: this.#register,
      emit: (event) => this.#emit(event),
    });
    this.leases = new SharedLeases(this.#connection, this.#instance);
    if (cipher) {
      const onCallEnd = (callId: string, end: string): void => {
        const callEnd = parseCallEnd(end);
        if (callEnd) this.#emit({ type: "callEnd", callId, ...callEnd });
      };
      this.tones = new SharedTones({
        connection: this.#connection,
        instance: this.#instance,
        cipher,
        clock,
        onCallEnd,
      });
    }
  }

  open(key: OperationKey, deadlineAt: number, { resume = false, operationId = "" }: OpenOptions = {}): Promise<number> {
    return this.#registrations.open(this.#toNamedWait(key), { deadlineAt, resume, operationId });
  }

  async put(event: StoredEvent): Promise<"new" | "seen"> {
    const item = toPutItem(this.#instance.prefix, event);
    const reply = await this.#put(item);
    // Without a clientContext the name belongs to no wait, and nothing is deleted.
    this.#registrations.delete(item.keys[0]);
    if (reply === 0) return "seen";
    if (reply === 2) this.#emit(event);
    return "new";
  }

  async read(key: OperationKey): Promise<OperationOutcome | undefined> {
    const wait = this.#toNamedWait(key);
    const readState = (operationId: string): Promise<WaitState> =>
      this.#register({ mode: "read", wait, ageMs: 0, leftMs: 0, operationId });
    const { outcome, operationId } = await readState(this.#registrations.operationIdOf(wait.name));
    return outcome ?? (operationId ? (await readState(operationId)).outcome : undefined);
  }

  listen(listener: (event: StoredEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    this.#registrations.close();
    this.tones?.close();
    this.#connection.close();
  }

  #toNamedWait(key: OperationKey): NamedWait {
    const keys = callKeys(this.#instance.prefix, key.callId);
    return { key, name: keys.wait(key.clientContext), keys };
  }

  /** Calls the listeners of this process. */
  #emit(event: StoredEvent): void {
    if (event.type === "completion" && event.clientContext !== undefined) {
      this.#registrations.delete(callKeys(this.#instance.prefix, event.callId).wait(event.clientContext));
    }
    for (const listener of this.#listeners) listener(event);
  }

  #onMessage(message: string): void {
    const values = parseJson(message);
    if (!Array.isArray(values)) return;
    for (const value of values) {
      const event = parseStoredEvent(value);
      if (event) this.#emit(event);
      else if (isRecord(value) && value.type === "tones" && typeof value.callId === "string") {
        this.tones?.readNew(value.callId);
      }
    }
  }

  async #runRegister(registrations: readonly Registration[]): Promise<(WaitState | Error)[]> {
    const replies = await this.#connection.run(REGISTER_AND_READ, toRegisterArguments(this.#instance, registrations));
    return registrations.map(({ operationId }, n) => failureOf(replies[n]) ?? parseWaitState(replies[n], operationId));
  }

  async #runPut(items: readonly PutItem[]): Promise<(number | Error)[]> {
    const replies = await this.#connection.run(PUT_AND_PUBLISH, toPutArguments(this.#instance, items));
    return replies.map((reply) => failureOf(reply) ?? Number(reply));
  }
}

function failureOf(reply: unknown): Error | undefined {
  return reply instanceof Error ? errorReply(reply) : undefined;
}
