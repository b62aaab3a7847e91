import type { Clock } from "@graph-dtmf/models";

/** One HTTP request. */
export interface HttpRequest {
  url: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** The time limit for connecting, in milliseconds. Default and maximum 10,000. */
  connectTimeoutMs?: number;
  signal?: AbortSignal;
}

/** How far a request got, and the response if one came. */
export interface ExchangeResult {
  /**
   * `notSent`: no byte was written to a socket. `sent`: bytes were written, but no response head came. `answered`:
   * status and headers came, and also the body unless `cause` is set.
   */
  phase: "notSent" | "sent" | "answered";
  status?: number;
  /** Names are in lower case. */
  headers?: Readonly<Record<string, string>>;
  /** The body as parsed JSON, or as text if it is not JSON. Absent if it was empty or incomplete. */
  body?: unknown;
  /** Why there is no response, or only part of one. */
  cause?: unknown;
}

/**
 * Sends single HTTP requests and reports how far each got. It never throws, never retries and follows no redirect. It
 * writes no byte before the connection is established, so a request that could not connect is certainly unsent.
 */
export interface HttpTransport {
  send(request: HttpRequest): Promise<ExchangeResult>;
  /** Waits for requests in flight, then closes the connections. */
  close(): Promise<void>;
}

/** The options of every transport. */
export interface HttpTransportOptions {
  clock: Clock;
  responseTimeoutMs: number;
}
