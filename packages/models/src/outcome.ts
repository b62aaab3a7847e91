import { type CommsOperation, type OperationKind, operationKindOf } from "./operation.ts";
import type { ResultInfo } from "./result-info.ts";

/**
 * How a wait for an operation ended. Every wait ends with one of these; no event in the call makes it reject.
 *
 * `played` answers the question before a repetition: `all` of it was played, `notAll` of it, or it is `unknown`.
 */
export type OperationOutcome<T extends CommsOperation = CommsOperation> =
  /** Graph reported that everything was done. */
  | { outcome: "completed"; played: "all"; operation: T }
  /** It was stopped: a part of it may have been played. */
  | { outcome: "canceled"; played: "notAll"; operation: T }
  /** It failed, or ended for a reason that Graph does not name. */
  | { outcome: "failed"; played: "unknown"; operation: T }
  /** The call ended before Graph reported an outcome, and Graph sends no more notifications. */
  | { outcome: "callEnded"; played: "unknown"; resultInfo?: ResultInfo }
  /** No notification arrived in time. A later one still reaches the receiver's handlers. */
  | { outcome: "timedOut"; played: "unknown" };

/**
 * The outcome of an operation by its status, completionReason and resultInfo. `undefined` while it is running
 * (`null`, `notStarted`, `running`, or an unknown status).
 *
 * For sendDtmfTones only `completed` with `completedSuccessfully`, without a result code of 400 or more, means
 * played: Graph also uses the status `completed` for cancellation and failure. Other kinds are completed unless
 * their result code is 400 or more or their completionReason is `unknown`.
 *
 * It compares Graph's own spelling: parse foreign input with {@link parseOperation} first.
 *
 * @param kind The kind of the request, if available. It applies to operations without a type of their own. Without
 * it, such an operation is judged as sendDtmfTones, which is the strictest.
 */
export function outcomeOf<T extends CommsOperation>(
  operation: T,
  kind?: OperationKind,
): OperationOutcome<T> | undefined {
  const { status, resultInfo } = operation;
  if (status !== "completed" && status !== "failed") return undefined;
  const reason = operation.completionReason;
  if (isCanceled(reason, resultInfo)) return { outcome: "canceled", played: "notAll", operation };
  const needsReason = kindOf(operation, kind) === "sendDtmfTonesOperation";
  const failed = status === "failed" || isFailure(reason, resultInfo);
  return failed || (needsReason && reason !== "completedSuccessfully")
    ? { outcome: "failed", played: "unknown", operation }
    : { outcome: "completed", played: "all", operation };
}

/** The operation's own type, unless that is absent or the base type: then the kind of the request. */
function kindOf(operation: CommsOperation, requested: OperationKind | undefined): OperationKind {
  const type = operation["@odata.type"];
  if (!type) return requested ?? "sendDtmfTonesOperation";
  const own = operationKindOf(type) ?? "commsOperation";
  return own === "commsOperation" ? (requested ?? own) : own;
}

function isFailure(reason: unknown, resultInfo: ResultInfo | undefined): boolean {
  return reason === "unknown" || (resultInfo?.code ?? 0) >= 400;
}

/** Graph has two vocabularies: tones end with a completionReason, recordings with result codes. */
function isCanceled(reason: unknown, resultInfo: ResultInfo | undefined): boolean {
  return (
    reason === "mediaOperationCanceled" ||
    reason === "operationCanceled" ||
    (resultInfo?.code === 400 && resultInfo.subcode === 8508)
  );
}
