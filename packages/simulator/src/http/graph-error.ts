/** A request that is refused, as Graph refuses it. Thrown anywhere while a request is handled; never leaves the simulator. */
export class GraphError extends Error {
  override readonly name = "GraphError";
  readonly status: number;
  /** A word, or a number in a string: Graph's calling service does both. */
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, options: { message: string; headers?: Readonly<Record<string, string>> }) {
    super(options.message);
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
  }
}

/** A body or an address that Graph's gateway refuses before any service sees it. */
export function badRequest(message: string): GraphError {
  return new GraphError(400, "BadRequest", { message });
}

/** What the calling service says of a call that has ended or never was. */
export function callNotFound(): GraphError {
  return new GraphError(404, "8522", { message: "Call not found." });
}

/** What identifies one request in answers and in support cases. */
export interface RequestIds {
  requestId: string;
  clientRequestId: string;
}

/** The body of every refusal: `{ error: { code, message, innerError } }`. */
export function graphErrorBody(error: GraphError, ids: RequestIds, nowMs: number): unknown {
  return {
    error: {
      code: error.code,
      message: error.message,
      innerError: {
        // Without fraction and zone, as Graph writes it.
        date: new Date(nowMs).toISOString().slice(0, 19),
        "request-id": ids.requestId,
        "client-request-id": ids.clientRequestId,
      },
    },
  };
}
