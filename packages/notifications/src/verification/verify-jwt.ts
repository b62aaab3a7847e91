import { Buffer } from "node:buffer";
import { constants, verify } from "node:crypto";
import { type Clock, DtmfError } from "@graph-dtmf/models";
import { NotificationAuthenticationError } from "../errors.ts";
import type { SigningKey } from "./jwks.ts";
import type { SigningKeys } from "./jwks-cache.ts";
import { decodePart, parsePart } from "./jwt-decode.ts";
import type { VerifiedSender } from "./notification-verifier.ts";
import { checkClaims, type ExpectedClaims } from "./validate-claims.ts";

/** What a token is held against. */
export interface TokenCheck extends Omit<ExpectedClaims, "nowSec"> {
  keys: SigningKeys;
  clock: Clock;
}

/** A token that was found good. */
export interface VerifiedToken {
  /** One promise for all who ask. */
  sender: Promise<VerifiedSender>;
  /** What it was signed with: the token is good for no longer than this key is published. */
  key: SigningKey;
  /** Milliseconds since 1970, the tolerance included. */
  goodUntilMs: number;
}

/**
 * Verifies signature and claims of one token.
 *
 * Of its header only algorithm and key id are looked at: the keys that it brings along or points to count for nothing,
 * nor does `cty`, which the calling service sets although nothing is nested.
 *
 * @param token Three parts of base64url.
 * @throws NotificationAuthenticationError, KeysUnavailableError
 */
export async function checkToken(token: string, check: TokenCheck): Promise<VerifiedToken> {
  try {
    const [header = "", payload = "", signature = ""] = token.split(".");
    const key = await keyOf(parsePart(header), check.keys);
    const signed = Buffer.from(`${header}.${payload}`, "latin1");
    // At once: through WebCrypto, and with it through another thread, it costs more than all the rest.
    const isSigned = verify(
      "sha256",
      signed,
      { key: key.key, padding: constants.RSA_PKCS1_PADDING },
      decodePart(signature),
    );
    if (!isSigned) throw new NotificationAuthenticationError("signature");
    const claims = parsePart(payload);
    const { tenantId, goodUntilSec } = checkClaims(claims, { ...check, nowSec: Math.floor(check.clock.now() / 1000) });
    return {
      sender: Promise.resolve(Object.freeze({ tenantId, claims: Object.freeze(claims) })),
      key,
      goodUntilMs: goodUntilSec * 1000,
    };
  } catch (cause) {
    if (cause instanceof DtmfError) throw cause;
    throw new NotificationAuthenticationError("malformed", { cause });
  }
}

/** The published key that a token says it is signed with, if that is by the one algorithm that we take. */
async function keyOf({ alg, crit, kid }: Readonly<Record<string, unknown>>, keys: SigningKeys): Promise<SigningKey> {
  // Whoever does not know an extension that a token calls critical must not take it, and we know none.
  if (typeof alg !== "string" || crit !== undefined) throw new NotificationAuthenticationError("malformed");
  if (alg !== "RS256") throw new NotificationAuthenticationError("algorithm");
  const key = typeof kid === "string" ? await keys.find(kid) : undefined;
  if (!key) throw new NotificationAuthenticationError("unknownKey");
  return key;
}
