import { isLoopback } from "@graph-dtmf/models/internal";

/**
 * The URL of something that is trusted because of where it came from: over https from any host, over plain http only
 * from this machine or from a host that is named in `allowHttpHosts`, with or without its port.
 *
 * @returns `undefined` for whatever is no such URL.
 */
export function parseTrustedUrl(url: unknown, allowHttpHosts: readonly string[]): URL | undefined {
  if (typeof url !== "string" || !URL.canParse(url)) return undefined;
  const parsed = new URL(url);
  // `fetch` refuses credentials in a URL.
  if (parsed.username !== "" || parsed.password !== "") return undefined;
  if (parsed.protocol === "https:") return parsed;
  const isAllowed = (host: string): boolean => allowHttpHosts.some((allowed) => allowed.toLowerCase() === host);
  const isTrusted = isLoopback(parsed.hostname) || isAllowed(parsed.hostname) || isAllowed(parsed.host);
  return parsed.protocol === "http:" && isTrusted ? parsed : undefined;
}
