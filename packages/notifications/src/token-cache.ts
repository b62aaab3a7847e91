import type { VerifiedToken } from "./token-check.ts";

const MAX_TOKENS = 1000;

/** The newest 1,000 tokens that were verified. Only good tokens get in, so strangers cannot crowd others out. */
export class TokenCache {
  readonly #tokens = new Map<string, VerifiedToken>();
  /** Goes on where it was: a new walk would step over all that was deleted since the map was last tidied up. */
  readonly #oldestFirst = this.#tokens.keys();

  get(authorization: string): VerifiedToken | undefined {
    return this.#tokens.get(authorization);
  }

  set(authorization: string, token: VerifiedToken): void {
    this.#tokens.set(authorization, token);
    if (this.#tokens.size <= MAX_TOKENS) return;
    const oldest = this.#oldestFirst.next();
    if (!oldest.done) this.#tokens.delete(oldest.value);
  }

  delete(authorization: string): void {
    this.#tokens.delete(authorization);
  }
}
