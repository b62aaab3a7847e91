import type { DeliveryUnknownError } from "@graph-dtmf/client";
import { DtmfError, explainResultInfo, type ResultInfo } from "@graph-dtmf/models";

/** The call ended before the expected state. The message gives the reason. */
export class CallEndedError extends DtmfError {
  override readonly name = "CallEndedError";
  declare readonly code: "call_ended";
  readonly callId: string;
  /** How the call ended, in Graph's codes, if Graph gave any. */
  declare readonly resultInfo?: ResultInfo;

  constructor(callId: string, resultInfo: ResultInfo | undefined) {
    super("call_ended", `the call is over: ${reasonOf(resultInfo)}`);
    this.callId = callId;
    if (resultInfo) this.resultInfo = resultInfo;
  }
}

/** Returns the reason why a call ended, as a sentence. */
export function reasonOf(resultInfo: ResultInfo | undefined): string {
  return resultInfo ? explainResultInfo(resultInfo).reason : "Graph gave no reason.";
}

// The functions below compare codes instead of classes: the client may come from another copy of its package.

/** Whether Graph no longer has the call. */
export function isCallNotFound(error: unknown): boolean {
  const { code, status } = Object(error) as { code?: unknown; status?: unknown };
  return code === "graph_request_failed" && status === 404;
}

/** Whether the request may have been executed. */
export function isDeliveryUnknown(error: unknown): error is DeliveryUnknownError {
  return (Object(error) as { code?: unknown }).code === "delivery_unknown";
}
