/**
 * Reads the claims from the `WWW-Authenticate` header of a 401, as JSON for a credential. Returns `undefined` if the
 * header has no readable claims.
 */
export function parseClaimsChallenge(challenge: string | undefined): string | undefined {
  const claims = challenge?.match(/\bclaims="([A-Za-z0-9+/=_-]+)"/)?.[1];
  if (claims === undefined) return undefined;
  const text = Buffer.from(claims, "base64").toString("utf8");
  try {
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}
