import type { IncomingMessage } from "node:http";
import { type BodyLimits, type BodyReading, collectBody } from "./body.ts";
import { declaredLength } from "./declared-length.ts";
import type { NotificationRequest } from "./notification-request.ts";

/** A request of `node:http`, as the receiver takes it. */
export class NodeRequest implements NotificationRequest {
  readonly method: string;
  readonly authorization: string | null;
  readonly contentLength: string | null;
  readonly #request: IncomingMessage;
  #isRead = false;

  constructor(request: IncomingMessage) {
    this.#request = request;
    this.method = request.method ?? "";
    this.authorization = authorizationOf(request);
    this.contentLength = request.headers["content-length"] ?? null;
  }

  /** Whether all of the body has come, read or not. The parser says so, but only after whoever waits has had a turn. */
  get hasBody(): boolean {
    if (this.#isRead) return true;
    const { complete, readableLength } = this.#request;
    return complete || (this.contentLength !== null && readableLength === declaredLength(this.contentLength));
  }

  /** Reads the body, or takes what a framework has made of it before. */
  readBody(limits: BodyLimits): BodyReading | Promise<BodyReading> {
    const request = this.#request;
    // Some parsers leave an empty object where they read nothing: it is the stream that tells.
    if (request.readableDidRead || request.readableEnded) return parsedBody(request, limits);
    if (request.destroyed) return { fault: "incomplete" };
    return this.hasBody ? this.#read(readBuffered(request, limits)) : this.#collect(limits);
  }

  async #collect(limits: BodyLimits): Promise<BodyReading> {
    return this.#read(await collect(this.#request, limits));
  }

  #read(reading: BodyReading): BodyReading {
    this.#isRead = "body" in reading;
    return reading;
  }
}

/** Most bodies come in one piece with their head, and are here once the token was verified: nothing to wait for. */
function readBuffered(request: IncomingMessage, { maxBytes }: BodyLimits): BodyReading {
  if (request.readableLength > maxBytes) return { fault: "tooLarge" };
  const body: unknown = request.read();
  return { body: body ?? new Uint8Array() };
}

function collect(request: IncomingMessage, limits: BodyLimits): Promise<BodyReading> {
  return collectBody((sink) => {
    request.on("data", sink.chunk).on("end", sink.end).on("close", sink.broken);
    return () => request.off("data", sink.chunk).off("end", sink.end).off("close", sink.broken);
  }, limits);
}

function parsedBody(request: IncomingMessage & { body?: unknown }, { maxBytes }: BodyLimits): BodyReading {
  const { body } = request;
  if (body === undefined || body === null) return { fault: "alreadyRead" };
  const isTooLarge = (typeof body === "string" || body instanceof Uint8Array) && Buffer.byteLength(body) > maxBytes;
  return isTooLarge ? { fault: "tooLarge" } : { body };
}

const AUTHORIZATION = "authorization";

/** From the raw headers: the others hide that there was a second one. */
function authorizationOf({ rawHeaders }: IncomingMessage): string | null {
  let joined: string | null = null;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (name.length !== AUTHORIZATION.length || name.toLowerCase() !== AUTHORIZATION) continue;
    const value = rawHeaders[index + 1] ?? "";
    joined = joined === null ? value : `${joined}, ${value}`;
  }
  return joined;
}
