import type { BodyLimits, BodyReading } from "./body.ts";

/** One request to the callback URL, as an edge presents it to the receiver. */
export interface NotificationRequest {
  readonly method: string;
  /** The `Authorization` header; several of them joined by a comma, as `Headers` joins them; `null` if there is none. */
  readonly authorization: string | null;
  /** The `Content-Length` header as it came, `null` if there is none. */
  readonly contentLength: string | null;
  /**
   * Reads the body, but no further than the limits. Called once at most, never before the token was verified, and not at
   * all if more is declared than is read.
   */
  readBody(limits: BodyLimits): BodyReading | Promise<BodyReading>;
}

/** What the sender is told: a status and headers, never a text. */
export interface NotificationAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Lets the handlers run. An edge calls it once the answer is out, whether or not it reached anybody. Resolves when
   * they are done and never rejects; absent where there is nothing to handle.
   */
  handle?(): Promise<void>;
}

/** The receiver's core, as its edges see it. It never rejects. */
export type Receive = (request: NotificationRequest) => Promise<NotificationAnswer>;
