import type { Answer } from "../http/answer.ts";
import { GraphError, graphErrorBody, type RequestIds } from "../http/graph-error.ts";
import type { Inbound } from "../http/http-listener.ts";
import type { RequestFault, RespondFault } from "./fault.ts";

/** How a request is carried out, and what it meets on the way. */
export interface FaultableRequest {
  fault: RequestFault | undefined;
  inbound: Inbound;
  ids: RequestIds;
  /** Carries the request out. Never rejects. */
  execute(inbound: Inbound): Promise<Answer>;
  wait(ms: number): Promise<void>;
  now(): number;
}

/** Lets a request meet its fault, if it has one. */
export async function applyRequestFault(meddling: FaultableRequest): Promise<Answer> {
  const { fault, inbound, execute: perform, wait } = meddling;
  if (!fault) return await perform(inbound);
  if ("delayMs" in fault) {
    // The answer is what is late: what it announces need not wait for it.
    const answer = await perform({ ...inbound, answered: Promise.resolve() });
    await wait(fault.delayMs);
    return answer;
  }
  if ("respond" in fault) {
    if (fault.executed) await perform(inbound);
    return toAnswer(fault, meddling);
  }
  if (fault.drop === "beforeExecuting") {
    // All of the request has arrived: that is what makes the caller wonder.
    await inbound.readBody().catch(() => {});
    return { status: 0, cut: "before" };
  }
  return { ...(await perform(inbound)), cut: fault.drop === "midResponse" ? "middle" : "before" };
}

/** Codes and texts of Graph's gateway, where they are known. */
const GATEWAY_ERRORS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  401: ["InvalidAuthenticationToken", "Access token validation failure."],
  403: ["Forbidden", "Insufficient privileges to complete the operation."],
  429: ["TooManyRequests", "Please retry again later."],
  500: ["InternalServerError", "An internal server error occurred."],
  502: ["BadGateway", "Bad gateway."],
  503: ["serviceNotAvailable", "The service is temporarily unavailable."],
  504: ["GatewayTimeout", "The service did not answer in time."],
};

function toAnswer({ on, respond }: RespondFault, { ids, now }: FaultableRequest): Answer {
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
