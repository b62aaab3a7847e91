import { type CommsOperation, type OperationKind, operationKindOf } from "./operation.ts";
import type { ResultInfo } from "./result-info.ts";

/**
 * How a wait for an operation ended. Every wait ends with one of these; none rejects because of what happened in the
 * call.
 *
 * `played` answers the question that matters before anything is sent again: `all` of it was played, `notAll` of it, or
 * nobody knows.
 */
export type OperationOutcome<T extends CommsOperation = CommsOperation> =
  /** Graph says that all of it was done. */
  | { outcome: "completed"; played: "all"; operation: T }
  /** Something stopped it on the way: part of it may have been played. */
  | { outcome: "canceled"; played: "notAll"; operation: T }
  /** It failed, or ended for a reason that Graph does not name. */
  | { outcome: "failed"; played: "unknown"; operation: T }
  /** The call was over before Graph said how the operation ended; it sends nothing more. */
  | { outcome: "callEnded"; played: "unknown"; resultInfo?: ResultInfo }
  /** Nothing was heard in time. A later notification still reaches the receiver's handlers. */
  | { outcome: "timedOut"; played: "unknown" };

/**
 * What an operation says of its own end, from status, completionReason and resultInfo together; `undefined` while it
 * is running (`null`, `notStarted`, `running`, or a status of the future).
 *
 * Of sendDtmfTones only `completed` with `completedSuccessfully`, and no result code of 400 or more beside it, means
 * played: Graph uses the status `completed` for cancellation and failure too. Other kinds are completed unless their
 * result code is 400 or more or their completionReason is `unknown`.
 *
 * It compares Graph's own spelling: what comes from elsewhere than this library goes through {@link parseOperation} first.
 *
 * @param kind What was asked for, where it is known: it judges operations that came without a type of their own. Where
 * it isn't, an operation without any type is judged as sendDtmfTones, the strictest.
 */
export function outcomeOf<T extends CommsOperation>(
  operation: T,
  kind?: OperationKind,
): OperationOutcome<T> | undefined {
  const { status, resultInfo } = operation;
  if (status !== "completed" && status !== "failed") return undefined;
  const reason = operation.completionReason;
  if (isCanceled(reason, resultInfo)) return { outcome: "canceled", played: "notAll", operation };
  const mustSaySo = kindOf(operation, kind) === "sendDtmfTonesOperation";
  const failed = status === "failed" || isFailure(reason, resultInfo);
  return failed || (mustSaySo && reason !== "completedSuccessfully")
    ? { outcome: "failed", played: "unknown", operation }
    : { outcome: "completed", played: "all", operation };
}

/** Its own type, unless that is absent or the base of all: then what was asked for. */
function kindOf(operation: CommsOperation, asked: OperationKind | undefined): OperationKind {
  const type = operation["@odata.type"];
  if (!type) return asked ?? "sendDtmfTonesOperation";
  const own = operationKindOf(type) ?? "commsOperation";
  return own === "commsOperation" ? (asked ?? own) : own;
}

function isFailure(reason: unknown, resultInfo: ResultInfo | undefined): boolean {
  return reason === "unknown" || (resultInfo?.code ?? 0) >= 400;
}

/** Graph has two vocabularies for one thing: tones end with the reason, recordings with the codes. */
function isCanceled(reason: unknown, resultInfo: ResultInfo | undefined): boolean {
  return (
    reason === "mediaOperationCanceled" ||
    reason === "operationCanceled" ||
    (resultInfo?.code === 400 && resultInfo.subcode === 8508)
  );
}
