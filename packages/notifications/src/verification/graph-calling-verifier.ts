import { parseBearerToken } from "./bearer-token.ts";
import { NotificationAuthenticationError } from "./errors.ts";
import { JwksCache } from "./jwks-cache.ts";
import type { NotificationVerifier, VerifiedSender } from "./notification-verifier.ts";
import { createJwksLoader } from "./openid-discovery.ts";
import { TokenCache } from "./token-cache.ts";
import { type GraphCallingVerifierOptions, readVerifierOptions } from "./verifier-options.ts";
import { type VerifyJwtOptions, verifyJwt } from "./verify-jwt.ts";

/**
 * Creates a verifier that accepts notifications of Graph's calling service for this bot. The bearer token must be signed
 * with RS256 by a published key, have an accepted issuer and tenant, name this app as its audience, and be valid now.
 *
 * The keys are loaded with the first notification, every two hours, and when a token names an unknown key id (at most
 * twice in 30 s). If they cannot be loaded, the last keys stay valid for up to 24 hours. Verified tokens are cached.
 *
 * @throws TypeError for options that accept no token, or accept every token by mistake.
 * @see microsoft-graph-comms-samples, docs/articles/calls/calling-notifications
 *
 * @example
 * const verifier = createGraphCallingVerifier({ appId, tenantIds: [tenantId] });
 * const { tenantId } = await verifier.verify(request.headers.get("authorization"));
 */
export function createGraphCallingVerifier(options: GraphCallingVerifierOptions): NotificationVerifier {
  const { discovery, ...expected } = readVerifierOptions(options);
  const { clock } = expected;
  const keys = new JwksCache(createJwksLoader(discovery), clock);
  const verifyOptions: VerifyJwtOptions = { ...expected, keys };
  const cache = new TokenCache();
  const inFlight = new Map<string, Promise<VerifiedSender>>();

  const findCached = (authorization: string): Promise<VerifiedSender> | undefined => {
    const token = cache.get(authorization);
    if (!token) return undefined;
    const nowMs = clock.now();
    const isValid = nowMs < token.expiresAtMs && keys.peek(token.key.kid, nowMs) === token.key;
    if (!isValid) cache.delete(authorization);
    return isValid ? token.sender : undefined;
  };

  const verifyAndCache = async (authorization: string, bearerToken: string): Promise<VerifiedSender> => {
    try {
      const token = await verifyJwt(bearerToken, verifyOptions);
      cache.set(authorization, token);
      return token.sender;
    } finally {
      inFlight.delete(authorization);
    }
  };

  /** Requests with the same token share one verification. */
  const verifyOnce = async (authorization: string | null): Promise<VerifiedSender> => {
    if (!authorization) throw new NotificationAuthenticationError("missing");
    const pending = inFlight.get(authorization);
    if (pending) return pending;
    const verification = verifyAndCache(authorization, parseBearerToken(authorization));
    inFlight.set(authorization, verification);
    return verification;
  };

  return {
    verify: (authorization) => (authorization ? findCached(authorization) : undefined) ?? verifyOnce(authorization),
  };
}
