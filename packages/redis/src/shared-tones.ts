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
import type { Instance } from "./script-arguments.ts";
import type { ToneCipher } from "./tone-cipher.ts";
import { PUT_TONE, READ_TONES } from "./tone-scripts.ts";

/** How often listeners are registered again and missed keys are read. */
const REFRESH_MS = 15_000;
/** How long an instance stays registered as a listener. */
const LEASE_MS = 60_000;
/** How long keys are stored: long enough for a lost connection, short because keys are confidential. */
const TONE_TTL_MS = 10 * 60_000;

/** The dependencies of SharedTones. */
export interface SharedTonesOptions {
  connection: Connection;
  instance: Instance;
  cipher: ToneCipher;
  clock: Clock;
  /** Called when the call has ended, with the stored event as JSON. */
  onCallEnd(callId: string, end: string): void;
}

interface ToneSubscription {
  readonly sinceMs: number;
  readonly listeners: Set<ToneListener>;
  /** The position after which the next read starts. */
  position: string;
  reading: Promise<void>;
}

/**
 * The keys of each call are an encrypted stream in Redis. A message only says that there are new keys; each instance
 * then reads from its last position. So keys arrive in order and once, also after a lost connection.
 */
export class SharedTones implements ToneSharing {
  readonly #options: SharedTonesOptions;
  readonly #subscriptions = new Map<string, ToneSubscription>();
  #refreshTimer: Timer | undefined;

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
        String(TONE_TTL_MS),
        channelOf(instance.prefix, ""),
        cipher.seal(id, tone),
        JSON.stringify([{ type: "tones", callId: id }]),
      ],
    });
  }

  listen(callId: string, listener: ToneListener): () => void {
    const id = normalizeId(callId);
    const existing = this.#subscriptions.get(id);
    const subscription: ToneSubscription = existing ?? {
      sinceMs: this.#options.clock.now(),
      listeners: new Set(),
      position: "",
      reading: Promise.resolve(),
    };
    subscription.listeners.add(listener);
    if (!existing) {
      this.#subscriptions.set(id, subscription);
      this.readNew(id);
      this.#scheduleRefresh();
    }
    return () => {
      subscription.listeners.delete(listener);
      if (subscription.listeners.size === 0 && this.#subscriptions.get(id) === subscription)
        this.#subscriptions.delete(id);
    };
  }

  /** Reads the keys since the last position. */
  readNew(callId: string): void {
    const subscription = this.#subscriptions.get(callId);
    // One read after the other, because each starts where the previous one ended. A failed read is repeated with the
    // next one.
    if (subscription)
      subscription.reading = subscription.reading.then(() => this.#read(callId, subscription)).catch(() => {});
  }

  refresh(): void {
    for (const callId of this.#subscriptions.keys()) this.readNew(callId);
  }

  close(): void {
    this.#refreshTimer?.cancel();
    this.#subscriptions.clear();
  }

  async #read(callId: string, subscription: ToneSubscription): Promise<void> {
    const { connection, instance, cipher, clock, onCallEnd } = this.#options;
    const { tones, waits, end } = callKeys(instance.prefix, callId);
    const isFirst = subscription.position === "";
    const [entries, now, callEnd] = await connection.run(READ_TONES, {
      keys: [tones, waits, end],
      arguments: [instance.id, String(LEASE_MS), subscription.position],
    });
    // By the clock of Redis. Too early rather than too late: after a slow reply a new key must not count as past.
    const beganAtMs = isFirst ? Number(now) - (clock.now() - subscription.sinceMs) : 0;
    for (const entry of Array.isArray(entries) ? entries : []) {
      const [position, by, sealed] = Array.isArray(entry) ? entry : [];
      if (typeof position !== "string" || typeof sealed !== "string") continue;
      subscription.position = position;
      // Keys of this instance have already reached its listeners.
      const tone = by === instance.id ? undefined : cipher.open(callId, sealed);
      if (tone)
        for (const listener of subscription.listeners)
          listener({ ...tone }, Number.parseInt(position, 10) < Math.floor(beganAtMs));
    }
    if (typeof callEnd === "string") onCallEnd(callId, callEnd);
  }

  #scheduleRefresh(): void {
    this.#refreshTimer ??= this.#options.clock.after(REFRESH_MS, () => {
      this.#refreshTimer = undefined;
      this.refresh();
      if (this.#subscriptions.size > 0) this.#scheduleRefresh();
    });
    this.#refreshTimer.unref();
  }
}
