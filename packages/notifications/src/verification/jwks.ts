import { createPublicKey, type KeyObject } from "node:crypto";
import { isRecord } from "@graph-dtmf/models/internal";

/** A public key that verifies signatures. */
export interface SigningKey {
  kid: string;
  /** Base64url, as published. Two keys are the same if kid, modulus and exponent are the same. */
  modulus: string;
  exponent: string;
  key: KeyObject;
}

/** Keys by their ids. */
export type KeySet = ReadonlyMap<string, SigningKey>;

/** RFC 7518, section 3.3: RS256 requires a key of 2048 bits or larger. */
const MIN_MODULUS_BITS = 2048;

/**
 * Returns the keys of a JSON Web Key Set that verify RS256 signatures. Keys for other uses and keys that cannot be
 * imported are skipped.
 *
 * @param previous The keys that were loaded before. A key that is still published is returned as the same object.
 */
export function parseKeySet(jwks: unknown, previous: KeySet): KeySet {
  const published = isRecord(jwks) && Array.isArray(jwks.keys) ? jwks.keys : [];
  const keys = new Map<string, SigningKey>();
  for (const jwk of published) {
    const key = parseKey(jwk, previous);
    if (key && !keys.has(key.kid)) keys.set(key.kid, key);
  }
  return keys;
}

function parseKey(jwk: unknown, previous: KeySet): SigningKey | undefined {
  if (!isRecord(jwk) || !isRs256Key(jwk)) return undefined;
  const { kid, n: modulus, e: exponent } = jwk;
  if (typeof kid !== "string" || typeof modulus !== "string" || typeof exponent !== "string") return undefined;
  const before = previous.get(kid);
  if (before?.modulus === modulus && before.exponent === exponent) return before;
  const key = importKey(modulus, exponent);
  return key && { kid, modulus, exponent, key };
}

function isRs256Key({ kty, use, alg, key_ops: operations }: Record<string, unknown>): boolean {
  return (
    kty === "RSA" &&
    (use === undefined || use === "sig") &&
    (alg === undefined || alg === "RS256") &&
    (operations === undefined || (Array.isArray(operations) && operations.includes("verify")))
  );
}

function importKey(modulus: string, exponent: string): KeyObject | undefined {
  try {
    // Only the public numbers are imported: a certificate (x5c) or other members of the JWK are ignored.
    const key = createPublicKey({ key: { kty: "RSA", n: modulus, e: exponent }, format: "jwk" });
    return (key.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_MODULUS_BITS ? key : undefined;
  } catch {
    return undefined;
  }
}
