import { isLoopback } from "@graph-dtmf/models/internal";

/**
 * Parses a URL that keys are loaded from. Any host is allowed over https. Over plain http only this machine and the hosts
 * in `allowHttpHosts` are allowed, with or without a port.
 *
 * @returns `undefined` if the value is not such a URL.
 */
export function parseTrustedUrl(url: unknown, allowHttpHosts: readonly string[]): URL | undefined {
  if (typeof url !== "string" || !URL.canParse(url)) return undefined;
  const parsed = new URL(url);
  // `fetch` rejects a URL with credentials.
  if (parsed.username !== "" || parsed.password !== "") return undefined;
  if (parsed.protocol === "https:") return parsed;
  const isAllowed = (host: string): boolean => allowHttpHosts.some((allowed) => allowed.toLowerCase() === host);
  const isTrusted = isLoopback(parsed.hostname) || isAllowed(parsed.hostname) || isAllowed(parsed.host);
  return parsed.protocol === "http:" && isTrusted ? parsed : undefined;
}
