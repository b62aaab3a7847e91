import { isRecord } from "@graph-dtmf/models/internal";
import { fetchJson } from "./fetch-json.ts";
import { parseKeySet } from "./jwks.ts";
import type { LoadKeys } from "./jwks-cache.ts";
import { parseTrustedUrl } from "./trusted-url.ts";

/** Where the keys are loaded from. */
export interface OpenIdDiscoveryOptions {
  configurationUrl: URL;
  /** Hosts that may be requested over plain http, besides this machine. */
  allowHttpHosts: readonly string[];
  fetch: typeof globalThis.fetch;
}

/** Far above the size of any known configuration or key set. */
const MAX_BYTES = 256 * 1024;

/**
 * Creates a function that loads signing keys by OpenID Connect discovery: the configuration has the URL of the key set.
 * All other members of the configuration are ignored, including issuer and algorithms.
 */
export function createJwksLoader({ configurationUrl, allowHttpHosts, fetch }: OpenIdDiscoveryOptions): LoadKeys {
  return async (previous, signal) => {
    const options = { maxBytes: MAX_BYTES, signal, fetch };
    const configuration = await fetchJson(configurationUrl, options);
    const url = parseTrustedUrl(isRecord(configuration) ? configuration.jwks_uri : undefined, allowHttpHosts);
    if (!url) throw new Error("expected a jwks_uri over https in the OpenID configuration, got none");
    const keys = parseKeySet(await fetchJson(url, options), previous);
    if (keys.size === 0) throw new Error("expected RSA signing keys in the key set, got none");
    return keys;
  };
}
