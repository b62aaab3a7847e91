import { type CompletionOptions, DtmfError, type OperationOutcome } from "@graph-dtmf/models";
import { explainGraphError, explainUnknownDelivery, type GraphErrorExplanation } from "./explain-graph-error.ts";

/** The contents of a {@link GraphRequestError}. */
export interface GraphRequestErrorDetails {
  status: number;
  message: string;
  graphCode?: string;
  graphCodes: string[];
  requestId?: string;
  clientRequestId?: string;
  retryAfterMs?: number;
  retryable: boolean;
}

/** Graph refused the request. Nothing was executed. */
export class GraphRequestError extends DtmfError {
  override readonly name = "GraphRequestError";
  declare readonly code: "graph_request_failed";
  /** HTTP status of the response. */
  readonly status: number;
  /** The most specific of `graphCodes`, for example `8522`, `7503` or `InvalidAuthenticationToken`. */
  declare readonly graphCode?: string;
  /** The codes of the error and of the errors nested in its message, from the outermost to the innermost. */
  readonly graphCodes: readonly string[];
  /** Graph's id of the request, for Microsoft support. */
  declare readonly requestId?: string;
  /** Our id of the request. */
  declare readonly clientRequestId?: string;
  /** The delay in Graph's Retry-After header, in milliseconds. */
  declare readonly retryAfterMs?: number;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Why the request was refused and what an operator can do. */
  readonly explanation: GraphErrorExplanation;

  constructor(details: GraphRequestErrorDetails) {
    super("graph_request_failed", details.message);
    this.status = details.status;
    this.graphCodes = details.graphCodes;
    this.retryable = details.retryable;
    this.explanation = explainGraphError(details);
    if (details.graphCode !== undefined) this.graphCode = details.graphCode;
    if (details.requestId !== undefined) this.requestId = details.requestId;
    if (details.clientRequestId !== undefined) this.clientRequestId = details.clientRequestId;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
  }
}

/** No connection could be made, or the lock of the call was not free in time. Nothing was executed: send it again. */
export class NotSentError extends DtmfError {
  override readonly name = "NotSentError";
  declare readonly code: "not_sent";
  readonly retryable = true;

  constructor(cause: unknown, reason = `could not connect to Graph: ${causeCode(cause)}`) {
    super("not_sent", reason, { cause });
  }
}

/** The contents of a {@link DeliveryUnknownError}. */
export interface DeliveryUnknownErrorDetails {
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
 * Graph may have executed the request or not. It must not be sent again, because that could send the tones twice.
 *
 * `completion()` still resolves if Graph reports the outcome of the operation.
 */
export class DeliveryUnknownError extends DtmfError {
  override readonly name = "DeliveryUnknownError";
  declare readonly code: "delivery_unknown";
  readonly #completion: DeliveryUnknownErrorDetails["completion"];
  /** Absent if the request was to create a call. */
  declare readonly callId?: string;
  /** Absent if the request was not a media action. */
  declare readonly clientContext?: string;
  /** HTTP status, if there was a response. */
  declare readonly status?: number;
  /** Graph's codes, if there was a response, for example `9999`. */
  readonly graphCodes: readonly string[];
  /** Graph's id of the request, if there was a response. */
  declare readonly requestId?: string;
  /** Our id of the request. */
  readonly clientRequestId: string;
  /** Why the delivery is unknown, as far as Graph says, and what an operator can do. */
  readonly explanation: GraphErrorExplanation;

  constructor(details: DeliveryUnknownErrorDetails) {
    const reason = details.status === undefined ? causeCode(details.cause) : `status ${details.status}`;
    super("delivery_unknown", `Graph may have executed the request, or not (${reason}): it is not sent again`, {
      cause: details.cause,
    });
    this.clientRequestId = details.clientRequestId;
    this.graphCodes = details.graphCodes ?? [];
    this.explanation = explainUnknownDelivery(this.graphCodes);
    this.#completion = details.completion;
    if (details.callId !== undefined) this.callId = details.callId;
    if (details.clientContext !== undefined) this.clientContext = details.clientContext;
    if (details.status !== undefined) this.status = details.status;
    if (details.requestId !== undefined) this.requestId = details.requestId;
  }

  /**
   * Resolves with the outcome of the operation, if Graph reports it. The operation is still tracked.
   *
   * @throws DtmfError `no_watcher` if the client was created without `operations`, or if the request was not a media
   * action.
   */
  completion(options?: CompletionOptions): Promise<OperationOutcome> {
    return this.#completion?.(options) ?? Promise.reject(createNoWatcherError());
  }
}

/** The error of `completion()` for an operation that is not tracked. */
export function createNoWatcherError(): DtmfError {
  return new DtmfError("no_watcher", "completion() needs `operations`: pass an operation tracker to createDtmfClient");
}

/** The code of a socket error such as `ECONNREFUSED`, or its name. Never its message, which may contain secrets. */
function causeCode(cause: unknown): string {
  if (typeof cause !== "object" || cause === null) return "no response";
  if ("code" in cause && typeof cause.code === "string") return cause.code;
  return cause instanceof Error ? cause.name : "no response";
}
