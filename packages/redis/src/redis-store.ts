import { randomUUID } from "node:crypto";
import type { Clock, OpenOptions, OperationKey, OperationOutcome, OperationStore, StoredEvent, Timer } from "@graph-dtmf/models";
import { Connection, type RedisLocation } from "./connection.ts";
import { gather } from "./gather.ts";
import { callKeys, channelOf } from "./keys.ts";
import { type Known, readKnown } from "./known.ts";
import { type OpenWait, OpenWaits } from "./open-waits.ts";
import { OPEN, PUT } from "./scripts.ts";
import { readEvent, readJson, writeJson } from "./stored-outcome.ts";

/** How long after it was told last Redis is told of a wait again, lest anything was lost without a trace. */
const REPEAT_MS = 15_000;
/** How many waits are told at once when Redis is back. */
const MANY = 1_024;

interface Registration {
  mode: "new" | "goesOn" | "resume" | "read";
  key: OperationKey;
  ageMs: number;
  leftMs: number;
  operationId: string;
}

/** How a store is set up, checked. */
export interface RedisStoreSettings {
  prefix: string;
  ttlMs: number;
  clock: Clock;
}

/**
 * Everything that belongs together happens in one script: a result is stored and announced, a wait is registered and what
 * is known of it read. So no order of events loses one, and each costs one round trip.
 */
export class RedisStore implements OperationStore {
  readonly #settings: RedisStoreSettings;
  readonly #instance = randomUUID();
  readonly #connection: Connection;
  readonly #waits = new OpenWaits();
  readonly #listeners = new Set<(event: StoredEvent) => void>();
  readonly #register: (registration: Registration) => Promise<Known>;
  readonly #keep: (event: StoredEvent) => Promise<number>;
  #repeat: Timer | undefined;
  #telling: Promise<void> | undefined;
  #closed = false;

  constructor(location: RedisLocation, settings: RedisStoreSettings) {
    this.#settings = settings;
    this.#connection = new Connection(location, {
      clock: settings.clock,
      channel: channelOf(settings.prefix, this.#instance),
      // Outside of the client's parser, which what a listener throws would leave in the middle of a message.
      heard: (message) => queueMicrotask(() => this.#hear(message)),
      returned: () => this.#tellAgain(),
    });
    const laneOf = ({ callId }: { callId: string }): string => (this.#connection.isCluster ? callId : "");
    this.#register = gather({
      laneOf: ({ key }) => laneOf(key),
      run: (registrations) => this.#runOpen(registrations),
    });
    this.#keep = gather({ laneOf, run: (events: readonly StoredEvent[]) => this.#runPut(events) });
  }

  async open(
    key: OperationKey,
    deadlineAt: number,
    { resume = false, operationId = "" }: OpenOptions = {},
  ): Promise<number> {
    const nowMs = this.#settings.clock.now();
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
    const leftMs = await this.#tell(wait, { isFirst: !resume, takesDeadline: resume && !opened });
    if (leftMs !== undefined) wait.untilMs = nowMs + leftMs;
    return wait.untilMs;
  }

  async put(event: StoredEvent): Promise<"new" | "seen"> {
    const reply = await this.#keep(event);
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
    this.#connection.close();
  }

  /** Tells Redis of a wait, and the listeners what Redis knows of it. Gives how long it lasts, if that was asked for. */
  async #tell(
    wait: OpenWait,
    { isFirst = false, takesDeadline = false }: { isFirst?: boolean; takesDeadline?: boolean } = {},
  ): Promise<number | undefined> {
    const { key, sinceMs, untilMs, operationId } = wait;
    const nowMs = this.#settings.clock.now();
    const known = await this.#register({
      mode: wait.isNew ? "new" : takesDeadline ? "resume" : "goesOn",
      key,
      ageMs: isFirst ? 0 : Math.max(1, nowMs - sinceMs),
      leftMs: untilMs - nowMs,
      operationId,
    });
    wait.isNew = false;
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
      await this.#tell(wait);
    }
    if (known.callEnd) this.#announce({ type: "callEnd", callId, ...known.callEnd });
    return takesDeadline ? known.leftMs : undefined;
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
    }
  }

  /** Redis may have forgotten every wait, or said something while nobody listened. */
  #tellAgain(): void {
    this.#telling ??= this.#tellAll().finally(() => {
      this.#telling = undefined;
    });
  }

  async #tellAll(): Promise<void> {
    const waits = this.#waits.current(this.#settings.clock.now());
    for (let from = 0; from < waits.length && !this.#closed; from += MANY) {
      // Of those that cannot be told the next time comes.
      await Promise.allSettled(waits.slice(from, from + MANY).map((wait) => this.#tell(wait)));
    }
  }

  #repeatLater(): void {
    if (this.#closed) return;
    this.#repeat ??= this.#settings.clock.after(REPEAT_MS, () => {
      this.#repeat = undefined;
      this.#tellAgain();
      if (this.#waits.size > 0) this.#repeatLater();
    });
    this.#repeat.unref();
  }

  async #runOpen(registrations: readonly Registration[]): Promise<(Known | Error)[]> {
    const { prefix, ttlMs } = this.#settings;
    const replies = await this.#connection.run(OPEN, {
      keys: registrations.flatMap(({ key: { callId, clientContext }, operationId }) => {
        const { wait, waits, operation, end } = callKeys(prefix, callId);
        return [wait(clientContext), waits, operation(operationId), end];
      }),
      arguments: [
        this.#instance,
        String(ttlMs),
        ...registrations.flatMap(({ mode, ageMs, leftMs, operationId }) => [
          mode,
          String(ageMs),
          String(leftMs),
          operationId,
        ]),
      ],
    });
    return registrations.map(({ operationId }, index) => readKnown(listed(replies)[index], operationId));
  }

  async #runPut(events: readonly StoredEvent[]): Promise<(number | Error)[]> {
    const { prefix, ttlMs } = this.#settings;
    const replies = await this.#connection.run(PUT, {
      keys: events.flatMap((event) => {
        const { wait, waits, operation, end } = callKeys(prefix, event.callId);
        const isCompletion = event.type === "completion";
        return [
          wait((isCompletion && event.clientContext) || ""),
          waits,
          isCompletion ? operation(event.operationId ?? "") : end,
        ];
      }),
      arguments: [
        this.#instance,
        String(ttlMs),
        channelOf(prefix, ""),
        ...events.flatMap((event) =>
          event.type === "completion"
            ? [
                event.clientContext === undefined ? "0" : "1",
                event.operationId ? "1" : "0",
                event.operationId ?? "",
                writeJson(event.outcome),
                writeJson(event),
              ]
            : ["0", "1", "", writeJson({ resultInfo: event.resultInfo }), writeJson(event)],
        ),
      ],
    });
    return listed(replies).map((reply) => (reply instanceof Error ? reply : Number(reply)));
  }
}

function listed(replies: unknown): readonly unknown[] {
  return Array.isArray(replies) ? replies : [];
}
