import { isLoopback } from "@graph-dtmf/models/internal";
import { badRequest } from "../http/graph-error.ts";

/**
 * Whether a value is an absolute https URL, or an http URL with a loopback host.
 *
 * Loopback hosts are allowed over http because no public authority issues certificates for them.
 */
export function isCallbackUri(uri: unknown): uri is string {
  const url = typeof uri === "string" && URL.canParse(uri) ? new URL(uri) : undefined;
  return url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
}

/** @throws GraphError 400 if the value is no callback URI. */
export function checkCallbackUri(uri: unknown): void {
  if (!isCallbackUri(uri)) {
    throw badRequest("The callbackUri must be an absolute https URL, or an http URL of this machine.");
  }
}
