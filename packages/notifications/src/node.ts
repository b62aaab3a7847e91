import type { IncomingMessage, ServerResponse } from "node:http";
import { type Clock, systemClock } from "@graph-dtmf/models";
import { type BodyLimits, type BodyReading, collectBody, parseContentLength } from "./http/body.ts";
import type { NotificationRequest, Receive } from "./http/notification-request.ts";

export type { Clock } from "@graph-dtmf/models";
export type { BodyFault, BodyLimits, BodyReading } from "./http/body.ts";
export type { NotificationAnswer, NotificationRequest, Receive } from "./http/notification-request.ts";

/** Handles one request of `node:http`, or of a framework that uses it. Resolves after the answer. Never rejects. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Options of {@link toNodeHandler}. */
export interface NodeHandlerOptions {
  /** The clock, for tests. */
  clock?: Clock;
}

/** How long the rest of a refused body is received, so that the sender can read the answer. */
const LINGER_MS = 2_000;

/**
 * Converts a receiver to a request handler for `node:http`, for Express, and for the raw requests of other frameworks.
 *
 * Mount it before body parsers if possible. Behind a body parser it uses `request.body` (an object, a text, a Buffer).
 * This is as safe as the original bytes, because the token does not sign the body.
 *
 * @example
 * createServer(toNodeHandler(receiver)).listen(3978);
 */
export function toNodeHandler(
  receiver: { receive: Receive },
  { clock = systemClock }: NodeHandlerOptions = {},
): NodeHandler {
  return async (request, response) => {
    // A connection may break at any time. Without a listener, the error event would end the process.
    request.on("error", ignore);
    response.on("error", ignore);
    const incoming = new NodeNotificationRequest(request);
    const answer = await receiver.receive(incoming);
    // A refusal can come before the HTTP parser has marked a body as complete that arrived with its headers.
    if (!incoming.hasBody) await new Promise((resolve) => setImmediate(resolve));
    if (!response.headersSent && !response.destroyed) {
      const { status, headers } = answer;
      if (incoming.hasBody) response.writeHead(status, headers).end();
      else refuseRest(request, response.writeHead(status, { ...headers, ...CLOSING }), clock);
    }
    void answer.handle?.();
  };
}

const CLOSING = { connection: "close", "content-length": "0" } as const;

/**
 * Sends the answer at once, and closes the connection when the body has ended, or after {@link LINGER_MS}. Closing with
 * unread bytes would reset the connection, and the sender would often lose the answer. Not reading them would block the
 * sender.
 */
function refuseRest(request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  response.flushHeaders();
  const timer = clock.after(LINGER_MS, close);
  timer.unref();
  request.once("close", close).resume();
  function close(): void {
    timer.cancel();
    response.end();
  }
}

class NodeNotificationRequest implements NotificationRequest {
  readonly method: string;
  readonly authorization: string | null;
  readonly contentLength: string | null;
  readonly #request: IncomingMessage;
  #isRead = false;

  constructor(request: IncomingMessage) {
    this.#request = request;
    this.method = request.method ?? "";
    this.authorization = findAuthorization(request);
    this.contentLength = request.headers["content-length"] ?? null;
  }

  /**
   * Whether the whole body has arrived, read or not. `complete` becomes true only in a later turn of the event loop, so
   * the buffered bytes are compared too.
   */
  get hasBody(): boolean {
    if (this.#isRead) return true;
    const { complete, readableLength } = this.#request;
    return complete || (this.contentLength !== null && readableLength === parseContentLength(this.contentLength));
  }

  /** Reads the body, or uses what a body parser has left. */
  readBody(limits: BodyLimits): BodyReading | Promise<BodyReading> {
    const request = this.#request;
    // `request.body` alone proves nothing: some parsers set an empty object without reading.
    if (request.readableDidRead || request.readableEnded) return readParsedBody(request, limits);
    if (request.destroyed) return { fault: "incomplete" };
    return this.hasBody ? this.#markRead(readBuffered(request, limits)) : this.#collect(limits);
  }

  async #collect(limits: BodyLimits): Promise<BodyReading> {
    return this.#markRead(await collect(this.#request, limits));
  }

  #markRead(reading: BodyReading): BodyReading {
    this.#isRead = "body" in reading;
    return reading;
  }
}

function readBuffered(request: IncomingMessage, { maxBytes }: BodyLimits): BodyReading {
  if (request.readableLength > maxBytes) return { fault: "tooLarge" };
  const body: unknown = request.read();
  return { body: body ?? new Uint8Array() };
}

function collect(request: IncomingMessage, limits: BodyLimits): Promise<BodyReading> {
  return collectBody((sink) => {
    request.on("data", sink.chunk).on("end", sink.end).on("close", sink.abort);
    return () => request.off("data", sink.chunk).off("end", sink.end).off("close", sink.abort);
  }, limits);
}

function readParsedBody(request: IncomingMessage & { body?: unknown }, { maxBytes }: BodyLimits): BodyReading {
  const { body } = request;
  if (body === undefined || body === null) return { fault: "alreadyRead" };
  const isTooLarge = (typeof body === "string" || body instanceof Uint8Array) && Buffer.byteLength(body) > maxBytes;
  return isTooLarge ? { fault: "tooLarge" } : { body };
}

const AUTHORIZATION = "authorization";

/** Reads the raw headers, because `headers` drops a second Authorization header. */
function findAuthorization({ rawHeaders }: IncomingMessage): string | null {
  let joined: string | null = null;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (name.length !== AUTHORIZATION.length || name.toLowerCase() !== AUTHORIZATION) continue;
    const value = rawHeaders[index + 1] ?? "";
    joined = joined === null ? value : `${joined}, ${value}`;
  }
  return joined;
}

function ignore(): void {}
