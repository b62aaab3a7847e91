import { KeyObject } from "node:crypto";
import { isRecord } from "@graph-dtmf/models/internal";
import { importJWK } from "jose";

/** A key that signatures can be checked with. */
export interface SigningKey {
  kid: string;
  /** What the key is made of. Two keys are one if kid, modulus and exponent are the same. */
  modulus: string;
  exponent: string;
  key: KeyObject;
}

/** Keys by their ids. */
export type KeySet = ReadonlyMap<string, SigningKey>;

/** Below this a signature proves nothing any more. */
const MIN_MODULUS_BITS = 2048;

/**
 * The keys of a JSON Web Key Set that RS256 signatures can be checked with. Others are passed over: they are there for
 * other uses, and one that nobody can read must not keep us from the rest.
 *
 * @param known Keys that were read before: those that are still published are taken over as they are.
 */
export async function readKeySet(jwks: unknown, known: KeySet): Promise<KeySet> {
  const published = isRecord(jwks) && Array.isArray(jwks.keys) ? jwks.keys : [];
  const keys = new Map<string, SigningKey>();
  for (const jwk of published) {
    const key = await readKey(jwk, known);
    if (key && !keys.has(key.kid)) keys.set(key.kid, key);
  }
  return keys;
}

async function readKey(jwk: unknown, known: KeySet): Promise<SigningKey | undefined> {
  if (!isRecord(jwk) || !isForSignatures(jwk)) return undefined;
  const { kid, n: modulus, e: exponent } = jwk;
  if (typeof kid !== "string" || typeof modulus !== "string" || typeof exponent !== "string") return undefined;
  const before = known.get(kid);
  if (before?.modulus === modulus && before.exponent === exponent) return before;
  const key = await importKey(modulus, exponent);
  return key && { kid, modulus, exponent, key };
}

function isForSignatures({ kty, use, alg, key_ops: operations }: Record<string, unknown>): boolean {
  return (
    kty === "RSA" &&
    (use === undefined || use === "sig") &&
    (alg === undefined || alg === "RS256") &&
    (operations === undefined || (Array.isArray(operations) && operations.includes("verify")))
  );
}

async function importKey(modulus: string, exponent: string): Promise<KeyObject | undefined> {
  try {
    // Made of nothing but the public numbers: whatever else the document says of the key is not ours to follow.
    const imported = await importJWK({ kty: "RSA", n: modulus, e: exponent }, "RS256");
    const key = imported instanceof Uint8Array ? undefined : KeyObject.from(imported);
    return (key?.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_MODULUS_BITS ? key : undefined;
  } catch {
    return undefined;
  }
}
