import { NotificationAuthenticationError } from "../errors.ts";
import { bearerTokenOf } from "./bearer-token.ts";
import { SigningKeys } from "./jwks-cache.ts";
import type { NotificationVerifier, VerifiedSender } from "./notification-verifier.ts";
import { createOpenIdKeyLoader } from "./openid-discovery.ts";
import { TokenCache } from "./token-cache.ts";
import { type GraphCallingVerifierOptions, readVerifierOptions } from "./verifier-options.ts";
import { checkToken, type TokenCheck } from "./verify-jwt.ts";

/**
 * Verifies that notifications come from Graph's calling service and are meant for this bot: a bearer token signed with
 * RS256 by a published key, of an accepted issuer and tenant, for this app, neither expired nor of the future.
 *
 * Keys are loaded with the first notification, asked for again for a key id that is unknown (at most twice in 30 s) and
 * every two hours, and go on serving for up to 24 hours while they cannot be had. A token that was verified is
 * remembered, so that the next notification under it costs a look-up.
 *
 * @throws TypeError for options under which nothing could be verified, or anything would be accepted by oversight.
 * @see microsoft-graph-comms-samples, docs/articles/calls/calling-notifications
 *
 * @example
 * const verifier = createGraphCallingVerifier({ appId, tenantIds: [tenantId] });
 * const { tenantId } = await verifier.verify(request.headers.get("authorization"));
 */
export function createGraphCallingVerifier(options: GraphCallingVerifierOptions): NotificationVerifier {
  const { source, ...expected } = readVerifierOptions(options);
  const { clock } = expected;
  const keys = new SigningKeys(createOpenIdKeyLoader(source), clock);
  const check: TokenCheck = { ...expected, keys };
  const remembered = new TokenCache();
  const underway = new Map<string, Promise<VerifiedSender>>();

  const recall = (authorization: string): Promise<VerifiedSender> | undefined => {
    const token = remembered.get(authorization);
    if (!token) return undefined;
    const nowMs = clock.now();
    const isGood = nowMs < token.goodUntilMs && keys.peek(token.key.kid, nowMs) === token.key;
    if (!isGood) remembered.delete(authorization);
    return isGood ? token.sender : undefined;
  };

  const examine = async (authorization: string, bearerToken: string): Promise<VerifiedSender> => {
    try {
      const token = await checkToken(bearerToken, check);
      remembered.set(authorization, token);
      return token.sender;
    } finally {
      underway.delete(authorization);
    }
  };

  const examineOnce = async (authorization: string | null): Promise<VerifiedSender> => {
    if (!authorization) throw new NotificationAuthenticationError("missing");
    const others = underway.get(authorization);
    if (others) return others;
    const examined = examine(authorization, bearerTokenOf(authorization));
    underway.set(authorization, examined);
    return examined;
  };

  return {
    verify: (authorization) => (authorization ? recall(authorization) : undefined) ?? examineOnce(authorization),
  };
}
