import type { IncomingMessage } from "node:http";
import { type BodyLimits, type BodyReading, collectBody } from "./body.ts";

/** Reads the body of a request, or takes what a framework has made of it before. */
export async function readNodeBody(request: IncomingMessage, limits: BodyLimits): Promise<BodyReading> {
  // Some parsers leave an empty object where they read nothing: it is the stream that tells.
  if (request.readableDidRead || request.readableEnded) return parsedBody(request, limits);
  if (request.destroyed) return { fault: "incomplete" };
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
