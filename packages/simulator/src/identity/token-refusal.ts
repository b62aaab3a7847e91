import { randomUUID } from "node:crypto";
import type { Answer } from "../http/http-listener.ts";

/** A request that the identity service refuses, in its own words: another shape than Graph's. Never leaves the simulator. */
export class TokenRefusal extends Error {
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

/** There is one tenant, and this is not its name. The error is another at each door. */
export function tenantNotFound(error: "invalid_request" | "invalid_tenant", tenantId: string): TokenRefusal {
  return new TokenRefusal(400, error, { aadsts: 90002, text: `Tenant '${tenantId}' not found.` });
}

/** As the token endpoint writes it. */
export function tokenRefusalAnswer({ status, error, aadsts, message }: TokenRefusal, nowMs: number): Answer {
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
