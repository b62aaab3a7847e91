import type { CompletionOptions, DtmfError, OperationOutcome } from "@graph-dtmf/models";
import type { Verdict } from "../delivery/classify-response.ts";
import { DeliveryUnknownError, GraphRequestError, NotSentError } from "./errors.ts";
import { refusalOf } from "./parse-graph-error.ts";

/** What failed, and what is known of it. */
export interface Failed {
  clientRequestId: string;
  nowMs: number;
  /** Where it did no harm to do it twice, an unknown fate matters to nobody: what counts is Graph's answer. */
  idempotent: boolean;
  /** The call is over: trying again helps nobody. */
  callEnded?: boolean;
  callId?: string | undefined;
  clientContext?: string | undefined;
  completion?: (options?: CompletionOptions) => Promise<OperationOutcome>;
}

/** The error of a request that was not accepted. */
export function failureOf(
  verdict: Exclude<Verdict<unknown>, { kind: "accepted" }>,
  { clientRequestId, nowMs, idempotent, callEnded, ...delivery }: Failed,
): DtmfError {
  if (verdict.kind === "notSent") return new NotSentError(verdict.cause);
  const { status, cause } = verdict.answer;
  const refusal = status === undefined ? undefined : refusalOf({ ...verdict.answer, status }, nowMs);
  const failedHarmlessly = idempotent && (status ?? 0) >= 500;
  if (refusal && (verdict.kind === "refused" || failedHarmlessly)) {
    const retryable = (refusal.retryable || failedHarmlessly) && !callEnded;
    return new GraphRequestError({ clientRequestId, ...refusal, retryable });
  }
  const { requestId, graphCodes } = refusal ?? {};
  return new DeliveryUnknownError({ ...delivery, clientRequestId, requestId, graphCodes, status, cause });
}
