import type { CompletionOptions, DtmfError, OperationOutcome } from "@graph-dtmf/models";
import type { ClassifiedResponse } from "../delivery/classify-response.ts";
import { DeliveryUnknownError, GraphRequestError, NotSentError } from "./errors.ts";
import { parseGraphError } from "./parse-graph-error.ts";

/** The request that failed. */
export interface FailedRequest {
  clientRequestId: string;
  nowMs: number;
  /** Whether a second execution is harmless. A 5xx of such a request is an error of Graph, not an unknown delivery. */
  idempotent: boolean;
  /** Whether the call has ended. Then no error is retryable. */
  callEnded?: boolean;
  callId?: string | undefined;
  clientContext?: string | undefined;
  completion?: (options?: CompletionOptions) => Promise<OperationOutcome>;
}

/** Creates the error of a request that was not accepted. */
export function toClientError(
  classified: Exclude<ClassifiedResponse<unknown>, { kind: "accepted" }>,
  { clientRequestId, nowMs, idempotent, callEnded, ...request }: FailedRequest,
): DtmfError {
  if (classified.kind === "notSent") return new NotSentError(classified.cause);
  const { status, cause } = classified.response;
  const graphError = status === undefined ? undefined : parseGraphError({ ...classified.response, status }, nowMs);
  const failedHarmlessly = idempotent && (status ?? 0) >= 500;
  if (graphError && (classified.kind === "refused" || failedHarmlessly)) {
    const retryable = (graphError.retryable || failedHarmlessly) && !callEnded;
    return new GraphRequestError({ clientRequestId, ...graphError, retryable });
  }
  const { requestId, graphCodes } = graphError ?? {};
  return new DeliveryUnknownError({ ...request, clientRequestId, requestId, graphCodes, status, cause });
}
