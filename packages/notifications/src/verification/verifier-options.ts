import { type Clock, normalizeId, systemClock } from "@graph-dtmf/models";
import type { OpenIdSource } from "./openid-discovery.ts";
import { parseTrustedUrl } from "./trusted-url.ts";
import type { TokenCheck } from "./verify-jwt.ts";

/** Whose notifications a bot takes. */
export interface GraphCallingVerifierOptions {
  /** The bot's app id: the audience of the tokens. */
  appId: string;
  /** Tenants whose calls the bot serves, in any letter case. `"any"` has to be written out. */
  tenantIds: readonly string[] | "any";
  /** Default: that of the calling service. Plain http only to this machine and to `allowHttpHosts`. */
  openIdConfigurationUrl?: string | undefined;
  /** Default: `https://api.botframework.com` and `https://graph.microsoft.com`, which the calling service uses both. */
  issuers?: readonly string[];
  /** By how many seconds clocks may differ, both ways. Default 60; a token of the service lives for 300. */
  clockToleranceSec?: number;
  /** Hosts, such as a simulator's in a container network, that keys may come from over plain http. */
  allowHttpHosts?: readonly string[];
  clock?: Clock;
  /** For proxies and the like. It has to honour `signal` and `redirect`. */
  fetch?: typeof globalThis.fetch;
}

const CALLING_CONFIGURATION = "https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration";
const CALLING_ISSUERS: readonly string[] = ["https://api.botframework.com", "https://graph.microsoft.com"];

/**
 * The options with their defaults, in the form that the parts of the verifier take.
 *
 * @throws TypeError for options under which no token could be good, or any.
 */
export function readVerifierOptions(
  options: GraphCallingVerifierOptions,
): Omit<TokenCheck, "keys"> & { source: OpenIdSource } {
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
  if (!isText(appId)) throw new TypeError("appId must be the bot's app id, a text that is not empty");
  if (tenantIds !== "any" && !isTextList(tenantIds)) {
    throw new TypeError('tenantIds must be a list of tenant ids that is not empty, or "any"');
  }
  if (!isTextList(issuers)) throw new TypeError("issuers must be a list of issuers that is not empty");
  if (!Number.isFinite(clockToleranceSec) || clockToleranceSec < 0) {
    throw new TypeError("clockToleranceSec must be a number of seconds, 0 or more");
  }
  const configurationUrl = parseTrustedUrl(openIdConfigurationUrl, allowHttpHosts);
  if (!configurationUrl) {
    throw new TypeError("openIdConfigurationUrl must be https, or http to this machine or to one of allowHttpHosts");
  }
  return {
    audience: [...new Set([appId, normalizeId(appId)])],
    tenantIds: tenantIds === "any" ? "any" : new Set(tenantIds.map((id) => id.toLowerCase())),
    issuers: [...issuers],
    toleranceSec: clockToleranceSec,
    clock,
    source: { configurationUrl, allowHttpHosts: [...allowHttpHosts], fetch },
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every(isText);
}
