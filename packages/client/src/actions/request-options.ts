import { InvalidRequestError } from "@graph-dtmf/models";
import type { RequestOptions } from "./sent-operation.ts";

const TIMEOUT_MS = 30_000;

/**
 * Checks how a request is to be made, before anything is.
 *
 * @throws InvalidRequestError for a signal that cannot be listened to, a time that is none, a tenant that is no text.
 */
export function checkRequestOptions(options: RequestOptions): { signal: AbortSignal | undefined; timeoutMs: number } {
  if (typeof options !== "object" || options === null)
    throw new InvalidRequestError("expected options { signal?, timeoutMs?, tenantId? }");
  const { signal, timeoutMs = TIMEOUT_MS, tenantId } = options;
  if (!(typeof timeoutMs === "number" && timeoutMs >= 0)) {
    throw new InvalidRequestError("timeoutMs must be 0 or more milliseconds");
  }
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw new InvalidRequestError("signal must be an AbortSignal");
  }
  if (tenantId !== undefined && (typeof tenantId !== "string" || tenantId === "")) {
    throw new InvalidRequestError("tenantId must be a text that is not empty");
  }
  return { signal, timeoutMs };
}
