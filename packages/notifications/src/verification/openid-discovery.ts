import { isRecord } from "@graph-dtmf/models/internal";
import { fetchJson } from "./fetch-json.ts";
import { readKeySet } from "./jwks.ts";
import type { LoadKeys } from "./jwks-cache.ts";
import { parseTrustedUrl } from "./trusted-url.ts";

/** Where keys come from. */
export interface OpenIdSource {
  configurationUrl: URL;
  /** Hosts that may be asked over plain http, besides this machine. */
  allowHttpHosts: readonly string[];
  fetch: typeof globalThis.fetch;
}

/** Far more than the configuration and the keys of any issuer take. */
const MAX_BYTES = 256 * 1024;

/**
 * Loads signing keys the way that OpenID Connect publishes them: the configuration names the key set. Of the
 * configuration nothing else is believed, neither issuer nor algorithms.
 */
export function createOpenIdKeyLoader({ configurationUrl, allowHttpHosts, fetch }: OpenIdSource): LoadKeys {
  return async (known, signal) => {
    const limits = { maxBytes: MAX_BYTES, signal, fetch };
    const configuration = await fetchJson(configurationUrl, limits);
    const url = parseTrustedUrl(isRecord(configuration) ? configuration.jwks_uri : undefined, allowHttpHosts);
    if (!url) throw new Error("expected a jwks_uri over https in the OpenID configuration, got none");
    const keys = readKeySet(await fetchJson(url, limits), known);
    if (keys.size === 0) throw new Error("expected RSA signing keys in the key set, got none");
    return keys;
  };
}
