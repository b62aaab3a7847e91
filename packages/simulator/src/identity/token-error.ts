import { randomUUID } from "node:crypto";
import type { HttpResponse } from "../http/http-listener.ts";

/** An error response of the identity service. Its format differs from Graph's. It is never thrown to users of the package. */
export class TokenError extends Error {
  readonly status: number;
  readonly error: string;
  readonly aadsts: number;

  constructor(status: number, error: string, { aadsts, text }: { aadsts: number; text: string }) {
    super(`AADSTS${aadsts}: ${text}`);
    this.status = status;
    this.error = error;
    this.aadsts = aadsts;
  }
}

/** Creates the error for an unknown tenant. Its OAuth error code depends on the endpoint. */
export function createTenantNotFound(error: "invalid_request" | "invalid_tenant", tenantId: string): TokenError {
  return new TokenError(400, error, { aadsts: 90002, text: `Tenant '${tenantId}' not found.` });
}

/** Returns the error response as the token endpoint writes it. */
export function toTokenErrorResponse({ status, error, aadsts, message }: TokenError, nowMs: number): HttpResponse {
  const timestamp = new Date(nowMs).toISOString().replace("T", " ").replace(/\.\d+/, "");
  const trace_id = randomUUID();
  const correlation_id = randomUUID();
  return {
    status,
    headers: { "Cache-Control": "no-store, no-cache", Pragma: "no-cache" },
    body: {
      error,
      error_description: `${message} Trace ID: ${trace_id} Correlation ID: ${correlation_id} Timestamp: ${timestamp}`,
      error_codes: [aadsts],
      timestamp,
      trace_id,
      correlation_id,
      error_uri: `https://login.microsoftonline.com/error?code=${aadsts}`,
    },
  };
}
