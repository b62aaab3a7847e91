import { type Clock, normalizeId, systemClock } from "@graph-dtmf/models";
import { isNonEmptyText } from "@graph-dtmf/models/internal";
import type { OpenIdDiscoveryOptions } from "./openid-discovery.ts";
import { parseTrustedUrl } from "./trusted-url.ts";
import type { VerifyJwtOptions } from "./verify-jwt.ts";

/** Options of `createGraphCallingVerifier`. */
export interface GraphCallingVerifierOptions {
  /** The bot's app id, which is the audience of the tokens. */
  appId: string;
  /** Tenants whose calls the bot serves, in any letter case. `"any"` accepts all tenants. */
  tenantIds: readonly string[] | "any";
  /** Default: the URL of the calling service. Plain http is allowed for this machine and for `allowHttpHosts`. */
  openIdConfigurationUrl?: string | undefined;
  /** Default: the issuers of the calling service, `https://api.botframework.com` and `https://graph.microsoft.com`. */
  issuers?: readonly string[];
  /** Allowed clock difference in seconds, in both directions. Default 60. Tokens of the service are valid for 300. */
  clockToleranceSec?: number;
  /** Hosts that keys may be loaded from over plain http, for example a simulator in a container network. */
  allowHttpHosts?: readonly string[];
  clock?: Clock;
  /** For example for a proxy. It must support `signal` and `redirect`. */
  fetch?: typeof globalThis.fetch;
}

const CALLING_CONFIGURATION = "https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration";
const CALLING_ISSUERS: readonly string[] = ["https://api.botframework.com", "https://graph.microsoft.com"];

/**
 * Checks the options, fills in the defaults, and converts them to the options of the parts of the verifier.
 *
 * @throws TypeError for options that accept no token, or accept every token by mistake.
 */
export function readVerifierOptions(
  options: GraphCallingVerifierOptions,
): Omit<VerifyJwtOptions, "keys"> & { discovery: OpenIdDiscoveryOptions } {
  const {
    appId,
    tenantIds,
    openIdConfigurationUrl = CALLING_CONFIGURATION,
    issuers = CALLING_ISSUERS,
    clockToleranceSec = 60,
    allowHttpHosts = [],
    clock = systemClock,
    fetch = globalThis.fetch,
  } = options;
  if (!isNonEmptyText(appId)) throw new TypeError("expected appId to be a text that is not empty, got something else");
  if (tenantIds !== "any" && !isTextList(tenantIds)) {
    throw new TypeError(
      'expected tenantIds to be a list of tenant ids that is not empty, or "any", got something else',
    );
  }
  if (!isTextList(issuers))
    throw new TypeError("expected issuers to be a list of texts that is not empty, got something else");
  if (!Number.isFinite(clockToleranceSec) || clockToleranceSec < 0) {
    throw new TypeError(`expected clockToleranceSec to be a number of 0 or more, got ${clockToleranceSec}`);
  }
  const configurationUrl = parseTrustedUrl(openIdConfigurationUrl, allowHttpHosts);
  if (!configurationUrl) {
    throw new TypeError(
      "expected openIdConfigurationUrl over https, or over http to this machine or to one of allowHttpHosts",
    );
  }
  return {
    audience: [...new Set([appId, normalizeId(appId)])],
    tenantIds: tenantIds === "any" ? "any" : new Set(tenantIds.map((id) => id.toLowerCase())),
    issuers: [...issuers],
    toleranceSec: clockToleranceSec,
    clock,
    discovery: { configurationUrl, allowHttpHosts: [...allowHttpHosts], fetch },
  };
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every(isNonEmptyText);
}
