import { isLoopback } from "@graph-dtmf/models/internal";
/** Where Graph is, and what its tokens are for. */
export interface GraphAddress {
  /** Scheme, host and port, and a path if the caller's base has one; no slash at its end, no version. */
  baseUrl: string;
  scopes: readonly string[];
}

const GRAPH = "https://graph.microsoft.com";

/**
 * Checks where requests, and the tokens in them, may go: https anywhere, http only to this machine and to hosts that
 * were named.
 *
 * @throws TypeError for anything else: it is a fault of the configuration.
 */
export function graphAddress(options: {
  baseUrl?: string;
  scopes?: readonly string[];
  allowHttpHosts?: readonly string[];
}): GraphAddress {
  const url = parseUrl(options.baseUrl ?? GRAPH);
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError("baseUrl must have neither credentials nor query nor fragment");
  }
  if (/\/(v1\.0|beta)\/*$/.test(url.pathname)) throw new TypeError("baseUrl must come without the version");
  const loopback = isLoopback(url.hostname);
  const allowed = loopback || (options.allowHttpHosts ?? []).some((host) => host === url.host || host === url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && allowed)) {
    throw new TypeError(`baseUrl must be https, or http to this machine or a host in allowHttpHosts: ${url.origin}`);
  }
  return {
    // Not href: an empty query ("/?") is left in it, and would swallow the path.
    baseUrl: `${url.origin}${url.pathname}`.replace(/\/+$/, ""),
    scopes: options.scopes ?? [`${loopback ? GRAPH : url.origin}/.default`],
  };
}

function parseUrl(text: string): URL {
  // Not the error of new URL(): it would print the whole text, and a password in it.
  if (!URL.canParse(text)) throw new TypeError("baseUrl must be an absolute URL");
  return new URL(text);
}
