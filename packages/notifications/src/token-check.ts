import { constants, verify } from "node:crypto";
import { type Clock, DtmfError } from "@graph-dtmf/models";
import { base64url, decodeProtectedHeader, errors, type JWTPayload, UnsecuredJWT } from "jose";
import { type AuthenticationFault, NotificationAuthenticationError } from "./errors.ts";
import type { SigningKey } from "./key-set.ts";
import type { VerifiedSender } from "./notification-verifier.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** What a token is held against. */
export interface TokenCheck {
  keys: SigningKeys;
  clock: Clock;
  audience: string[];
  issuers: string[];
  /** In lower case. */
  tenantIds: ReadonlySet<string> | "any";
  toleranceSec: number;
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
    const key = await keyOf(token, check.keys);
    if (!isSignedWith(key, token)) throw new NotificationAuthenticationError("signature");
    const claims = claimsOf(token, check);
    const sender = { tenantId: acceptedTenant(claims.tid, check), claims: Object.freeze(claims) };
    return {
      sender: Promise.resolve(Object.freeze(sender)),
      key,
      goodUntilMs: (Number(claims.exp) + check.toleranceSec) * 1000,
    };
  } catch (cause) {
    if (cause instanceof DtmfError) throw cause;
    throw new NotificationAuthenticationError(faultOf(cause), { cause });
  }
}

/** The published key that the token says it is signed with, if that is by the one algorithm that we take. */
async function keyOf(token: string, keys: SigningKeys): Promise<SigningKey> {
  const { alg, crit, kid } = decodeProtectedHeader(token);
  // Whoever does not know an extension that a token calls critical must not take it, and we know none.
  if (typeof alg !== "string" || crit !== undefined) throw new NotificationAuthenticationError("malformed");
  if (alg !== "RS256") throw new NotificationAuthenticationError("algorithm");
  const key = typeof kid === "string" ? await keys.find(kid) : undefined;
  if (!key) throw new NotificationAuthenticationError("unknownKey");
  return key;
}

/** By node:crypto, at once: jose goes through WebCrypto, and with it through another thread, at twice the cost. */
function isSignedWith({ key }: SigningKey, token: string): boolean {
  const end = token.lastIndexOf(".");
  const signed = Buffer.from(token.slice(0, end), "latin1");
  const signature = base64url.decode(token.slice(end + 1));
  return verify("sha256", signed, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
}

const UNSECURED_HEADER = base64url.encode(JSON.stringify({ alg: "none" }));

/** jose checks the claims, those of a token whose signature was checked before: it is shown them as one that has none. */
function claimsOf(token: string, { audience, issuers, toleranceSec, clock }: TokenCheck): JWTPayload {
  const encoded = token.slice(token.indexOf("."), token.lastIndexOf(".") + 1);
  return UnsecuredJWT.decode(UNSECURED_HEADER + encoded, {
    audience,
    issuer: issuers,
    requiredClaims: ["tid", "nbf", "exp"],
    clockTolerance: toleranceSec,
    currentDate: new Date(clock.now()),
  }).payload;
}

function acceptedTenant(tid: unknown, { tenantIds }: TokenCheck): string {
  const tenantId = typeof tid === "string" ? tid.toLowerCase() : "";
  if (tenantId === "" || (tenantIds !== "any" && !tenantIds.has(tenantId))) {
    throw new NotificationAuthenticationError("tenant");
  }
  return tenantId;
}

const CLAIM_FAULTS: Readonly<Record<string, AuthenticationFault>> = {
  iss: "issuer",
  aud: "audience",
  tid: "tenant",
};

function faultOf(error: unknown): AuthenticationFault {
  if (error instanceof errors.JWTExpired) return "expired";
  if (!(error instanceof errors.JWTClaimValidationFailed)) return "malformed";
  if (error.claim === "nbf" && error.reason === "check_failed") return "notYetValid";
  return CLAIM_FAULTS[error.claim] ?? "malformed";
}
