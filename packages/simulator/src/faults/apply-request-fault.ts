import { GraphError, graphErrorBody, type RequestIds } from "../http/graph-error.ts";
import type { HttpRequest, HttpResponse } from "../http/http-listener.ts";
import type { RequestFault, RespondFault } from "./fault.ts";

/** A request and the fault that applies to it. */
interface FaultContext {
  fault: RequestFault | undefined;
  request: HttpRequest;
  ids: RequestIds;
  /** Executes the request. Never rejects. */
  execute(request: HttpRequest): Promise<HttpResponse>;
  wait(ms: number): Promise<void>;
  now(): number;
}

/** Executes a request and applies its fault, if it has one. Returns the response to send. */
export async function applyRequestFault(context: FaultContext): Promise<HttpResponse> {
  const { fault, request, execute, wait } = context;
  if (!fault) return await execute(request);
  if ("delayMs" in fault) {
    // Only the response is late: notifications do not wait until it was sent.
    const response = await execute({ ...request, done: Promise.resolve() });
    await wait(fault.delayMs);
    return response;
  }
  if ("respond" in fault) {
    if (fault.executed) await execute(request);
    return toResponse(fault, context);
  }
  if (fault.drop === "beforeExecuting") {
    // The whole request is read first: the caller cannot detect whether it was executed.
    await request.readBody().catch(() => {});
    return { status: 0, reset: "before" };
  }
  return { ...(await execute(request)), reset: fault.drop === "midResponse" ? "middle" : "before" };
}

/** Error codes and messages of Graph's gateway by HTTP status. Other statuses get UnknownError. */
const GATEWAY_ERRORS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  401: ["InvalidAuthenticationToken", "Access token validation failure."],
  403: ["Forbidden", "Insufficient privileges to complete the operation."],
  429: ["TooManyRequests", "Please retry again later."],
  500: ["InternalServerError", "An internal server error occurred."],
  502: ["BadGateway", "Bad gateway."],
  503: ["serviceNotAvailable", "The service is temporarily unavailable."],
  504: ["GatewayTimeout", "The service did not answer in time."],
};

function toResponse({ on, respond }: RespondFault, { ids, now }: FaultContext): HttpResponse {
  const { status, retryAfter, body } = respond;
  const headers = (retryAfter ?? undefined) === undefined ? {} : { "Retry-After": String(retryAfter) };
  if (body !== undefined) return { status, headers, body };
  const [code, message] = GATEWAY_ERRORS[status] ?? ["UnknownError", ""];
  if (status < 400) return { status, headers };
  if (on === "token") {
    const text = "AADSTS90033: A transient error has occurred. Please try again.";
    return {
      status,
      headers,
      body: { error: "temporarily_unavailable", error_description: text, error_codes: [90033] },
    };
  }
  return { status, headers, body: graphErrorBody(new GraphError(status, code, { message }), ids, now()) };
}
