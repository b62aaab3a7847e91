import type { TelemetryAttributes } from "@graph-dtmf/models";

const ID_ATTRIBUTES = {
  callId: "graph_dtmf.call.id",
  tenantId: "graph_dtmf.tenant.id",
  operationId: "graph_dtmf.operation.id",
  clientContext: "graph_dtmf.client_context",
  clientRequestId: "graph_dtmf.client_request.id",
} as const;

/** The ids that can be attributes of a span. */
export type IdAttributes = { [Name in keyof typeof ID_ATTRIBUTES]?: string | undefined };

/** The span attributes of ids. Ids that are absent are left out. */
export function toIdAttributes(ids: IdAttributes): TelemetryAttributes {
  const attributes: TelemetryAttributes = {};
  for (const [name, attribute] of Object.entries(ID_ATTRIBUTES)) {
    const id = ids[name as keyof IdAttributes];
    if (id !== undefined) attributes[attribute] = id;
  }
  return attributes;
}

/** The span attribute of an HTTP status, if there is one. */
export function toStatusAttributes(status: number | undefined): TelemetryAttributes {
  return status === undefined ? {} : { "http.response.status_code": status };
}

/** The code of an error, or its name. Never its message, which may contain secrets. */
export function errorCode(error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown };
  if (typeof code === "string") return code;
  return typeof name === "string" ? name : "unknown";
}
