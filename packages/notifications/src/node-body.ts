import type { IncomingMessage } from "node:http";
import { type BodyLimits, type BodyReading, collectBody } from "./body.ts";

/** The body of a request of `node:http`. */
export class NodeBody {
  readonly #request: IncomingMessage;
  #isRead = false;

  constructor(request: IncomingMessage) {
    this.#request = request;
  }

  /** Whether all of it has come, read or not. The parser says so, but only after whoever waits has had a turn. */
  get hasArrived(): boolean {
    const { complete, readableLength, headers } = this.#request;
    return this.#isRead || complete || readableLength === Number(headers["content-length"]);
  }

  /** Reads it, or takes what a framework has made of it before. */
  async read(limits: BodyLimits): Promise<BodyReading> {
    const request = this.#request;
    // Some parsers leave an empty object where they read nothing: it is the stream that tells.
    if (request.readableDidRead || request.readableEnded) return parsedBody(request, limits);
    if (request.destroyed) return { fault: "incomplete" };
    const reading = this.hasArrived ? readBuffered(request, limits) : await collect(request, limits);
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
