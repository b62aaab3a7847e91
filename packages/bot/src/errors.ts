import type { DeliveryUnknownError } from "@graph-dtmf/client";
import { DtmfError, explainResultInfo, type ResultInfo } from "@graph-dtmf/models";

/** What was waited for cannot come any more: the call is over. Its message says why. */
export class CallEndedError extends DtmfError {
  override readonly name = "CallEndedError";
  declare readonly code: "call_ended";
  readonly callId: string;
  /** How it ended, in Graph's codes, where Graph gave any. */
  declare readonly resultInfo?: ResultInfo;

  constructor(callId: string, resultInfo: ResultInfo | undefined) {
    super("call_ended", `the call is over: ${reasonOf(resultInfo)}`);
    this.callId = callId;
    if (resultInfo) this.resultInfo = resultInfo;
  }
}

/** Why a call ended, in a sentence. */
export function reasonOf(resultInfo: ResultInfo | undefined): string {
  return resultInfo ? explainResultInfo(resultInfo).reason : "Graph gave no reason.";
}

// By their codes, for a client that was wired by hand may be of another copy of its package.

/** Whether Graph no longer knows the call. */
export function isGone(error: unknown): boolean {
  const { code, status } = Object(error) as { code?: unknown; status?: unknown };
  return code === "graph_request_failed" && status === 404;
}

/** Whether what was asked for may have been done. */
export function isDeliveryUnknown(error: unknown): error is DeliveryUnknownError {
  return (Object(error) as { code?: unknown }).code === "delivery_unknown";
}
