import { type Clock, DtmfError } from "@graph-dtmf/models";
import { type CryptoKey, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { type AuthenticationFault, NotificationAuthenticationError } from "./errors.ts";
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
  sender: VerifiedSender;
  /** What it was signed with: the token is good for no longer than this key is published under this id. */
  kid: string;
  key: CryptoKey;
  /** Milliseconds since 1970, the tolerance included. */
  goodUntilMs: number;
}

/**
 * Verifies signature and claims of one token.
 *
 * Of its header only algorithm and key id are looked at: the keys that it brings along or points to count for nothing,
 * nor does `cty`, which the calling service sets although nothing is nested.
 *
 * @throws NotificationAuthenticationError, KeysUnavailableError
 */
export async function checkToken(token: string, check: TokenCheck): Promise<VerifiedToken> {
  try {
    const { payload, protectedHeader, key } = await jwtVerify(token, keyOf(check.keys), {
      algorithms: ["RS256"],
      audience: check.audience,
      issuer: check.issuers,
      requiredClaims: ["tid", "nbf", "exp"],
      clockTolerance: check.toleranceSec,
      currentDate: new Date(check.clock.now()),
    });
    return {
      sender: Object.freeze({ tenantId: acceptedTenant(payload.tid, check), claims: Object.freeze(payload) }),
      kid: String(protectedHeader.kid),
      key,
      goodUntilMs: (Number(payload.exp) + check.toleranceSec) * 1000,
    };
  } catch (cause) {
    if (cause instanceof DtmfError) throw cause;
    throw new NotificationAuthenticationError(faultOf(cause), { cause });
  }
}

function keyOf(keys: SigningKeys): JWTVerifyGetKey<CryptoKey> {
  return async ({ kid }) => {
    const found = typeof kid === "string" ? await keys.find(kid) : undefined;
    if (!found) throw new NotificationAuthenticationError("unknownKey");
    return found.key;
  };
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
  if (error instanceof errors.JOSEAlgNotAllowed) return "algorithm";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "signature";
  if (error instanceof errors.JWTExpired) return "expired";
  if (!(error instanceof errors.JWTClaimValidationFailed)) return "malformed";
  if (error.claim === "nbf" && error.reason === "check_failed") return "notYetValid";
  return CLAIM_FAULTS[error.claim] ?? "malformed";
}
