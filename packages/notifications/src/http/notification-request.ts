import type { BodyLimits, BodyReading } from "./body.ts";

/** One request to the callback URL, independent of the platform. */
export interface NotificationRequest {
  readonly method: string;
  /** The `Authorization` header; several of them joined by a comma, as `Headers` does; `null` if there is none. */
  readonly authorization: string | null;
  /** The `Content-Length` header, unchanged; `null` if there is none. */
  readonly contentLength: string | null;
  /**
   * Reads the body within the limits. Called at most once, only after the token was verified, and not if the declared
   * length exceeds the limit.
   */
  readBody(limits: BodyLimits): BodyReading | Promise<BodyReading>;
}

/** The answer to a {@link NotificationRequest}: a status and headers, no body. */
export interface NotificationAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Runs the handlers. Call it after the answer was sent, even if sending failed. Resolves when the handlers are done and
   * never rejects. Absent if there is nothing to handle.
   */
  handle?(): Promise<void>;
}

/** Receives one request and returns its answer. Never rejects. */
export type Receive = (request: NotificationRequest) => Promise<NotificationAnswer>;
