import { BoundedMap } from "../collections/bounded-map.ts";
import type { VerifiedToken } from "./verify-jwt.ts";

const MAX_TOKENS = 1000;
/** Found by the end of its signature, which nobody can guess: to look up all of the header costs several times as much. */
const KEY_LENGTH = 64;

interface Remembered {
  authorization: string;
  token: VerifiedToken;
}

/** The newest 1,000 tokens that were verified. Only good tokens get in, so strangers cannot crowd others out. */
export class TokenCache {
  readonly #tokens = new BoundedMap<Remembered>({ maxSize: MAX_TOKENS });
  /** What was asked for last is asked for again nearly always, and takes no looking up. */
  #latest: Remembered | undefined;

  get(authorization: string): VerifiedToken | undefined {
    if (this.#latest?.authorization === authorization) return this.#latest.token;
    const remembered = this.#tokens.get(authorization.slice(-KEY_LENGTH));
    if (remembered?.authorization !== authorization) return undefined;
    this.#latest = remembered;
    return remembered.token;
  }

  set(authorization: string, token: VerifiedToken): void {
    this.#tokens.set(authorization.slice(-KEY_LENGTH), { authorization, token });
  }

  delete(authorization: string): void {
    this.#latest = undefined;
    this.#tokens.delete(authorization.slice(-KEY_LENGTH));
  }
}
