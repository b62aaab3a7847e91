import type { Clock } from "@graph-dtmf/models";
import { KeysUnavailableError } from "./errors.ts";
import type { KeySet, SigningKey } from "./jwks.ts";

/** Loads the published keys. A key of `previous` that is still published is returned as the same object. */
export type LoadKeys = (previous: KeySet, signal: AbortSignal) => Promise<KeySet>;

/** Keys of this age are loaded again. They stay valid meanwhile. */
const REFRESH_AFTER_MS = 2 * 60 * 60_000;
/** Keys of this age are no longer valid. */
const MAX_AGE_MS = 24 * 60 * 60_000;
/** Unverified tokens can cause a refresh, so refreshes are limited. The first load does not count. */
const MAX_REFRESHES = 2;
const REFRESH_WINDOW_MS = 30_000;
const LOAD_TIMEOUT_MS = 10_000;

/** Caches the published signing keys. Loads them on first use, for an unknown key id and by age, one load at a time. */
export class JwksCache {
  readonly #load: LoadKeys;
  readonly #clock: Clock;
  #keys: KeySet = new Map();
  #loadedAtMs = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | undefined;
  /** The error of the last load; absent if it succeeded. */
  #failure: { cause: unknown } | undefined;
  #isFirstLoad = true;
  #refreshTimesMs: number[] = [];

  constructor(load: LoadKeys, clock: Clock) {
    this.#load = load;
    this.#clock = clock;
  }

  /** Returns a key that is in the cache. Starts a refresh if the keys are old. */
  peek(kid: string, nowMs: number): SigningKey | undefined {
    const ageMs = nowMs - this.#loadedAtMs;
    if (ageMs >= MAX_AGE_MS) return undefined;
    if (ageMs >= REFRESH_AFTER_MS) void this.#refresh();
    return this.#keys.get(kid);
  }

  /**
   * Returns a key, after a refresh if it is not in the cache; `undefined` if it is not published.
   *
   * @throws KeysUnavailableError if it is not in the cache and the last load failed.
   */
  async find(kid: string): Promise<SigningKey | undefined> {
    const cached = this.peek(kid, this.#clock.now());
    if (cached) return cached;
    await this.#refresh();
    const loaded = this.peek(kid, this.#clock.now());
    if (!loaded && this.#failure) throw new KeysUnavailableError(this.#failure);
    return loaded;
  }

  /** Loads the keys unless the limit of refreshes is reached. Never rejects. */
  async #refresh(): Promise<void> {
    if (this.#loading) return this.#loading;
    if (!this.#mayLoad()) return;
    this.#loading = this.#loadWithTimeout();
    await this.#loading;
  }

  #mayLoad(): boolean {
    const nowMs = this.#clock.now();
    if (this.#isFirstLoad) {
      this.#isFirstLoad = false;
      return true;
    }
    this.#refreshTimesMs = this.#refreshTimesMs.filter((atMs) => nowMs - atMs < REFRESH_WINDOW_MS);
    if (this.#refreshTimesMs.length >= MAX_REFRESHES) return false;
    this.#refreshTimesMs.push(nowMs);
    return true;
  }

  async #loadWithTimeout(): Promise<void> {
    const timeout = new AbortController();
    const timer = this.#clock.after(LOAD_TIMEOUT_MS, () =>
      timeout.abort(new Error(`expected the signing keys within ${LOAD_TIMEOUT_MS} ms`)),
    );
    // The request itself keeps the process alive.
    timer.unref();
    try {
      this.#keys = await this.#load(this.#keys, timeout.signal);
      this.#loadedAtMs = this.#clock.now();
      this.#failure = undefined;
    } catch (cause) {
      this.#failure = { cause };
    } finally {
      timer.cancel();
      this.#loading = undefined;
    }
  }
}
