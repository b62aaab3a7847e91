import {
  type Clock,
  normalizeId,
  type Timer,
  type ToneInfo,
  type ToneListener,
  type ToneSharing,
} from "@graph-dtmf/models";
import type { Connection } from "./connection.ts";
import { callKeys, channelOf } from "./keys.ts";
import type { Instance } from "./parameters.ts";
import type { ToneCipher } from "./tone-cipher.ts";
import { PUT_TONE, READ_TONES } from "./tone-scripts.ts";

/** How often those who listen say so again, and look for what they may have missed. */
const REPEAT_MS = 15_000;
/** How long an instance counts as listening after it said so last. */
const LEASE_MS = 60_000;
/** How long keys are kept: for whoever lost a connection, and not as a record of what was pressed. */
const KEPT_MS = 10 * 60_000;

/** What sharing keys needs. */
export interface SharedTonesOptions {
  connection: Connection;
  instance: Instance;
  cipher: ToneCipher;
  clock: Clock;
  /** The call is known to be over. */
  ended(callId: string, end: string): void;
}

interface Listening {
  readonly sinceMs: number;
  readonly heard: Set<ToneListener>;
  /** The last of the stream that was read. */
  after: string;
  reading: Promise<void>;
}

/**
 * The keys of each call are a stream in Redis, encrypted. Who listens is only told that there are new ones, and reads on
 * from where it was: so they come in order and once, whatever happens to the connection.
 */
export class SharedTones implements ToneSharing {
  readonly #options: SharedTonesOptions;
  readonly #listening = new Map<string, Listening>();
  #repeat: Timer | undefined;

  constructor(options: SharedTonesOptions) {
    this.#options = options;
  }

  async put(callId: string, tone: ToneInfo): Promise<void> {
    const { connection, instance, cipher } = this.#options;
    const { tones, waits } = callKeys(instance.prefix, callId);
    const id = normalizeId(callId);
    await connection.run(PUT_TONE, {
      keys: [tones, waits],
      arguments: [
        instance.id,
        String(KEPT_MS),
        channelOf(instance.prefix, ""),
        cipher.seal(id, tone),
        JSON.stringify([{ type: "tones", callId: id }]),
      ],
    });
  }

  listen(callId: string, heard: ToneListener): () => void {
    const id = normalizeId(callId);
    const known = this.#listening.get(id);
    const listening: Listening = known ?? {
      sinceMs: this.#options.clock.now(),
      heard: new Set(),
      after: "",
      reading: Promise.resolve(),
    };
    listening.heard.add(heard);
    if (!known) {
      this.#listening.set(id, listening);
      this.told(id);
      this.#repeatLater();
    }
    return () => {
      listening.heard.delete(heard);
      if (listening.heard.size === 0 && this.#listening.get(id) === listening) this.#listening.delete(id);
    };
  }

  /** There may be new ones. */
  told(callId: string): void {
    const listening = this.#listening.get(callId);
    // One after the other, for each reads on from where the one before it came to. What fails is read the next time.
    if (listening) listening.reading = listening.reading.then(() => this.#read(callId, listening)).catch(() => {});
  }

  again(): void {
    for (const callId of this.#listening.keys()) this.told(callId);
  }

  close(): void {
    this.#repeat?.cancel();
    this.#listening.clear();
  }

  async #read(callId: string, listening: Listening): Promise<void> {
    const { connection, instance, cipher, clock, ended } = this.#options;
    const { tones, waits, end } = callKeys(instance.prefix, callId);
    const isFirst = listening.after === "";
    const [entries, now, callEnd] = await connection.run(READ_TONES, {
      keys: [tones, waits, end],
      arguments: [instance.id, String(LEASE_MS), listening.after],
    });
    // By Redis' time, and rather too early: a key must not be taken for one of the past because an answer took long.
    const beganAtMs = isFirst ? Number(now) - (clock.now() - listening.sinceMs) : 0;
    for (const entry of Array.isArray(entries) ? entries : []) {
      const [position, by, sealed] = Array.isArray(entry) ? entry : [];
      if (typeof position !== "string" || typeof sealed !== "string") continue;
      listening.after = position;
      // What came in here was heard here.
      const tone = by === instance.id ? undefined : cipher.open(callId, sealed);
      if (tone)
        for (const heard of listening.heard) heard({ ...tone }, Number.parseInt(position, 10) < Math.floor(beganAtMs));
    }
    if (typeof callEnd === "string") ended(callId, callEnd);
  }

  #repeatLater(): void {
    this.#repeat ??= this.#options.clock.after(REPEAT_MS, () => {
      this.#repeat = undefined;
      this.again();
      if (this.#listening.size > 0) this.#repeatLater();
    });
    this.#repeat.unref();
  }
}
