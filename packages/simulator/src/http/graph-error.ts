/** An error response of Graph. Thrown while a request is handled; the request handler turns it into a response. */
export class GraphError extends Error {
  override readonly name = "GraphError";
  readonly status: number;
  /** A word, or a number as text: Graph's calling service uses both. */
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, options: { message: string; headers?: Readonly<Record<string, string>> }) {
    super(options.message);
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
  }
}

/** An error of Graph's gateway, before the calling service gets the request. */
export function badRequest(message: string): GraphError {
  return new GraphError(400, "BadRequest", { message });
}

/** The calling service's error for a call that has ended or never existed. */
export function callNotFound(): GraphError {
  return new GraphError(404, "8522", { message: "Call not found." });
}

/** The error for a missing application permission. */
export function permissionMissing(): GraphError {
  return new GraphError(403, "7504", {
    message: "Insufficient enterprise tenant permissions, cannot access this API.",
  });
}

/** The ids of one request in responses and support cases. */
export interface RequestIds {
  requestId: string;
  clientRequestId: string;
}

/** The body of every error: `{ error: { code, message, innerError } }`. */
export function graphErrorBody(error: GraphError, ids: RequestIds, nowMs: number): unknown {
  return {
    error: {
      code: error.code,
      message: error.message,
      innerError: {
        // Without fraction and time zone, as in Graph's responses.
        date: new Date(nowMs).toISOString().slice(0, 19),
        "request-id": ids.requestId,
        "client-request-id": ids.clientRequestId,
      },
    },
  };
}
