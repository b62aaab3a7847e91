import { type CompletionOptions, DtmfError, type OperationOutcome } from "@graph-dtmf/models";
import { explainRefusal, explainUnknown, type RefusalExplanation } from "./explain-graph-error.ts";
import type { GraphRefusal } from "./parse-graph-error.ts";

/** Graph refused the request: nothing was executed. */
export class GraphRequestError extends DtmfError {
  override readonly name = "GraphRequestError";
  declare readonly code: "graph_request_failed";
  /** HTTP status of the answer. */
  readonly status: number;
  /** The most telling code that Graph gave, also where it hid it in a message: `8522`, `7503`, `InvalidAuthenticationToken`. */
  declare readonly graphCode?: string;
  /** The codes of the error and of those hidden in its message, from the outermost to the innermost. */
  readonly graphCodes: readonly string[];
  /** Graph's id of the request: what Microsoft's support asks for. */
  declare readonly requestId?: string;
  /** Our id of the request. */
  declare readonly clientRequestId?: string;
  /** How long Graph asked to wait, in milliseconds. */
  declare readonly retryAfterMs?: number;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Why, in words that an operator understands, and what to do about it. */
  readonly explanation: RefusalExplanation;

  constructor(refusal: GraphRefusal) {
    super("graph_request_failed", refusal.message);
    this.status = refusal.status;
    this.graphCodes = refusal.graphCodes;
    this.retryable = refusal.retryable;
    this.explanation = explainRefusal(refusal);
    if (refusal.graphCode !== undefined) this.graphCode = refusal.graphCode;
    if (refusal.requestId !== undefined) this.requestId = refusal.requestId;
    if (refusal.clientRequestId !== undefined) this.clientRequestId = refusal.clientRequestId;
    if (refusal.retryAfterMs !== undefined) this.retryAfterMs = refusal.retryAfterMs;
  }
}

/** No connection could be made, or the turn in its call did not come: nothing was executed, and it may be sent again. */
export class NotSentError extends DtmfError {
  override readonly name = "NotSentError";
  declare readonly code: "not_sent";
  readonly retryable = true;

  constructor(cause: unknown, reason = `could not connect to Graph: ${causeCode(cause)}`) {
    super("not_sent", reason, { cause });
  }
}

/** What became of a request that may have been executed. */
export interface UnknownDelivery {
  callId?: string | undefined;
  clientContext?: string | undefined;
  status?: number | undefined;
  graphCodes?: readonly string[] | undefined;
  requestId?: string | undefined;
  clientRequestId: string;
  cause?: unknown;
  completion?: ((options?: CompletionOptions) => Promise<OperationOutcome>) | undefined;
}

/**
 * Graph may have executed the request, and may not: sending it again could press the keys twice.
 *
 * We go on listening: `completion()` settles if Graph reports on it after all.
 */
export class DeliveryUnknownError extends DtmfError {
  override readonly name = "DeliveryUnknownError";
  declare readonly code: "delivery_unknown";
  readonly #completion: UnknownDelivery["completion"];
  /** Absent where the request was to create a call. */
  declare readonly callId?: string;
  /** Absent where the request was no media action. */
  declare readonly clientContext?: string;
  /** HTTP status, if there was an answer. */
  declare readonly status?: number;
  /** The codes that Graph gave, if there was an answer: `9999`. */
  readonly graphCodes: readonly string[];
  /** Graph's id of the request, if there was an answer. */
  declare readonly requestId?: string;
  /** Our id of the request. */
  readonly clientRequestId: string;
  /** As much as is known of why, in words that an operator understands, and what to do. */
  readonly explanation: RefusalExplanation;

  constructor(delivery: UnknownDelivery) {
    const why = delivery.status === undefined ? causeCode(delivery.cause) : `status ${delivery.status}`;
    super("delivery_unknown", `Graph may have executed the request, or not (${why}): it is not sent again`, {
      cause: delivery.cause,
    });
    this.clientRequestId = delivery.clientRequestId;
    this.graphCodes = delivery.graphCodes ?? [];
    this.explanation = explainUnknown(this.graphCodes);
    this.#completion = delivery.completion;
    if (delivery.callId !== undefined) this.callId = delivery.callId;
    if (delivery.clientContext !== undefined) this.clientContext = delivery.clientContext;
    if (delivery.status !== undefined) this.status = delivery.status;
    if (delivery.requestId !== undefined) this.requestId = delivery.requestId;
  }

  /**
   * How the operation ended, if Graph reports on it: the waiter still stands.
   *
   * @throws DtmfError `no_watcher` where nobody listens: the client was made without `operations`, or the request was
   * no media action.
   */
  completion(options?: CompletionOptions): Promise<OperationOutcome> {
    return this.#completion?.(options) ?? Promise.reject(noWatcher());
  }
}

/** Nobody hears how it ends. */
export function noWatcher(): DtmfError {
  return new DtmfError("no_watcher", "nobody hears how this ends: give createDtmfClient an operation tracker");
}

/** The code of a socket error, such as `ECONNREFUSED`; its name where it has none. Never its text, which may hold anything. */
function causeCode(cause: unknown): string {
  if (typeof cause !== "object" || cause === null) return "no answer";
  if ("code" in cause && typeof cause.code === "string") return cause.code;
  return cause instanceof Error ? cause.name : "no answer";
}
