import type { Clock } from "@graph-dtmf/models";
import { KeysUnavailableError } from "../errors.ts";
import type { KeySet, SigningKey } from "./jwks.ts";

/** Gets the published keys; those that are `known` and still published are handed back as they are. */
export type LoadKeys = (known: KeySet, signal: AbortSignal) => Promise<KeySet>;

/** Keys are asked for again when they are this old, while they go on serving. */
const REFRESH_AFTER_MS = 2 * 60 * 60_000;
/** Keys that could not be confirmed for this long serve no more. */
const MAX_AGE_MS = 24 * 60 * 60_000;
/** How often strangers may make us ask: so many times … */
const MAX_REFRESHES = 2;
/** … in so long a time. The first load does not count. */
const REFRESH_WINDOW_MS = 30_000;
const LOAD_TIMEOUT_MS = 10_000;

/**
 * The published signing keys as they are known here: loaded when first needed, asked for again when a key id is
 * unknown or the keys have grown old, one load at a time.
 */
export class SigningKeys {
  readonly #load: LoadKeys;
  readonly #clock: Clock;
  #keys: KeySet = new Map();
  #loadedAt = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | undefined;
  /** Why the last load failed; absent if it did not. */
  #failure: { cause: unknown } | undefined;
  #isFirst = true;
  #refreshedAt: number[] = [];

  constructor(load: LoadKeys, clock: Clock) {
    this.#load = load;
    this.#clock = clock;
  }

  /** The key of this id, if it is known by now. */
  peek(kid: string, nowMs: number): SigningKey | undefined {
    const ageMs = nowMs - this.#loadedAt;
    if (ageMs >= MAX_AGE_MS) return undefined;
    if (ageMs >= REFRESH_AFTER_MS) void this.#refresh();
    return this.#keys.get(kid);
  }

  /**
   * The key of this id, asked for if need be; `undefined` if none such is published.
   *
   * @throws KeysUnavailableError if it is unknown here and whether it is published could not be found out.
   */
  async find(kid: string): Promise<SigningKey | undefined> {
    const known = this.peek(kid, this.#clock.now());
    if (known) return known;
    await this.#refresh();
    const found = this.peek(kid, this.#clock.now());
    if (!found && this.#failure) throw new KeysUnavailableError(this.#failure);
    return found;
  }

  /** Loads the keys unless that was done too often of late. Never rejects. */
  async #refresh(): Promise<void> {
    if (this.#loading) return this.#loading;
    if (!this.#mayLoad()) return;
    this.#loading = this.#reload();
    await this.#loading;
  }

  #mayLoad(): boolean {
    const now = this.#clock.now();
    if (this.#isFirst) {
      this.#isFirst = false;
      return true;
    }
    this.#refreshedAt = this.#refreshedAt.filter((at) => now - at < REFRESH_WINDOW_MS);
    if (this.#refreshedAt.length >= MAX_REFRESHES) return false;
    this.#refreshedAt.push(now);
    return true;
  }

  async #reload(): Promise<void> {
    const deadline = new AbortController();
    const timer = this.#clock.after(LOAD_TIMEOUT_MS, () =>
      deadline.abort(new Error(`expected the signing keys within ${LOAD_TIMEOUT_MS} ms`)),
    );
    // The request itself keeps the process alive for as long as it needs.
    timer.unref();
    try {
      this.#keys = await this.#load(this.#keys, deadline.signal);
      this.#loadedAt = this.#clock.now();
      this.#failure = undefined;
    } catch (cause) {
      this.#failure = { cause };
    } finally {
      timer.cancel();
      this.#loading = undefined;
    }
  }
}
