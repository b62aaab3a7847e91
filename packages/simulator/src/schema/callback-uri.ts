import { isLoopback } from "@graph-dtmf/models/internal";
import { badRequest } from "../http/graph-error.ts";

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
