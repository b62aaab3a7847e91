import { badRequest } from "./graph-error.ts";

/** Over plain http only to this machine, for which no certificate can be had. */
export function isCallbackUri(uri: unknown): uri is string {
  const url = typeof uri === "string" && URL.canParse(uri) ? new URL(uri) : undefined;
  return url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
}

/** @throws GraphError 400 */
export function checkCallbackUri(uri: unknown): void {
  if (!isCallbackUri(uri)) {
    throw badRequest("The callbackUri must be an absolute https URL, or an http URL of this machine.");
  }
}

const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
