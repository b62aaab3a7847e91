import { isLoopback } from "@graph-dtmf/models/internal";

/** The address of Graph and the scopes of its tokens. */
export interface GraphEndpoint {
  /** Scheme, host, port and path, without a trailing slash and without the API version. */
  baseUrl: string;
  scopes: readonly string[];
}

const GRAPH_ORIGIN = "https://graph.microsoft.com";

/**
 * Checks where requests and their tokens may be sent: https to any host, http only to loopback hosts and to hosts in
 * `allowHttpHosts`.
 *
 * @throws TypeError for any other base URL.
 */
export function parseGraphEndpoint(options: {
  baseUrl?: string;
  scopes?: readonly string[];
  allowHttpHosts?: readonly string[];
}): GraphEndpoint {
  const url = parseUrl(options.baseUrl ?? GRAPH_ORIGIN);
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError("baseUrl must not contain credentials, a query or a fragment");
  }
  if (/\/(v1\.0|beta)\/*$/.test(url.pathname)) {
    throw new TypeError("baseUrl must not contain the API version: use the option version");
  }
  const loopback = isLoopback(url.hostname);
  const allowed = loopback || (options.allowHttpHosts ?? []).some((host) => host === url.host || host === url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && allowed)) {
    throw new TypeError(
      `baseUrl must use https, or http with a loopback host or a host in allowHttpHosts, got ${url.origin}`,
    );
  }
  return {
    // href keeps an empty query ("/?"), and the path of a request would then become part of the query.
    baseUrl: `${url.origin}${url.pathname}`.replace(/\/+$/, ""),
    scopes: options.scopes ?? [`${loopback ? GRAPH_ORIGIN : url.origin}/.default`],
  };
}

function parseUrl(text: string): URL {
  // The error of new URL() contains the whole text, and so a password in it.
  if (!URL.canParse(text)) throw new TypeError("baseUrl must be an absolute URL");
  return new URL(text);
}
