import { NotificationAuthenticationError } from "../errors.ts";

/** What claims are held against. */
export interface ExpectedClaims {
  audience: readonly string[];
  issuers: readonly string[];
  /** In lower case. */
  tenantIds: ReadonlySet<string> | "any";
  toleranceSec: number;
  nowSec: number;
}

/**
 * Checks the claims of a token whose signature was checked before, as jose does, and in addition that it names an
 * accepted tenant.
 *
 * @returns the tenant in lower case, and until when the token is good, in seconds since 1970, the tolerance included.
 * @throws NotificationAuthenticationError
 */
export function checkClaims(
  { iss, aud, tid, iat, nbf, exp }: Readonly<Record<string, unknown>>,
  { issuers, audience, tenantIds, toleranceSec, nowSec }: ExpectedClaims,
): { tenantId: string; goodUntilSec: number } {
  if (!includes(issuers, iss)) throw new NotificationAuthenticationError("issuer");
  const isForUs = Array.isArray(aud) ? aud.some((one) => includes(audience, one)) : includes(audience, aud);
  if (!isForUs) throw new NotificationAuthenticationError("audience");
  if (typeof nbf !== "number" || typeof exp !== "number" || (iat !== undefined && typeof iat !== "number")) {
    throw new NotificationAuthenticationError("malformed");
  }
  if (nbf > nowSec + toleranceSec) throw new NotificationAuthenticationError("notYetValid");
  if (exp <= nowSec - toleranceSec) throw new NotificationAuthenticationError("expired");
  const tenantId = typeof tid === "string" ? tid.toLowerCase() : "";
  if (tenantId === "" || (tenantIds !== "any" && !tenantIds.has(tenantId))) {
    throw new NotificationAuthenticationError("tenant");
  }
  return { tenantId, goodUntilSec: exp + toleranceSec };
}

function includes(texts: readonly string[], value: unknown): boolean {
  return typeof value === "string" && texts.includes(value);
}
