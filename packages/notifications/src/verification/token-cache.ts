import { BoundedMap } from "../collections/bounded-map.ts";
import type { VerifiedToken } from "./verify-jwt.ts";

const MAX_TOKENS = 1000;
/** The last characters of the header are part of the signature, so they differ for each token. */
const KEY_LENGTH = 64;

interface CachedToken {
  authorization: string;
  token: VerifiedToken;
}

/** Caches the last 1,000 verified tokens. Rejected tokens are not cached, so they cannot evict others. */
export class TokenCache {
  readonly #tokens = new BoundedMap<CachedToken>({ maxSize: MAX_TOKENS });

  get(authorization: string): VerifiedToken | undefined {
    const cached = this.#tokens.get(authorization.slice(-KEY_LENGTH));
    return cached?.authorization === authorization ? cached.token : undefined;
  }

  set(authorization: string, token: VerifiedToken): void {
    this.#tokens.set(authorization.slice(-KEY_LENGTH), { authorization, token });
  }

  delete(authorization: string): void {
    this.#tokens.delete(authorization.slice(-KEY_LENGTH));
  }
}
