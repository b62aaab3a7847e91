import type { Clock } from "../clock.ts";

/** A token is requested again this long before it expires, so that it does not expire in transit. */
const RENEW_EARLY_MS = 60_000;

/** A token, in the shape of Azure's credentials. */
export interface AccessToken {
  token: string;
  /** Milliseconds since 1970. */
  expiresOnTimestamp: number;
}

/** Keeps access tokens until a minute before they expire. */
export class AccessTokenCache {
  readonly #clock: Pick<Clock, "now">;
  readonly #tokens = new Map<string, AccessToken>();

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** Returns the cached token of a key, or requests a new one. Rejects with the error of the request. */
  async get(key: string, request: () => Promise<{ token: string; lifetimeSec: number }>): Promise<AccessToken> {
    const cached = this.#tokens.get(key);
    if (cached && cached.expiresOnTimestamp - RENEW_EARLY_MS > this.#clock.now()) return cached;
    const { token, lifetimeSec } = await request();
    const issued = { token, expiresOnTimestamp: this.#clock.now() + lifetimeSec * 1000 };
    this.#tokens.set(key, issued);
    return issued;
  }
}
