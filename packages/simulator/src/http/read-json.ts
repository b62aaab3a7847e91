import { gunzipSync } from "node:zlib";
import { badRequest, GraphError } from "./graph-error.ts";
import { type HttpRequest, MAX_BODY_BYTES } from "./http-listener.ts";

/**
 * Parses the body as JSON.
 *
 * @throws GraphError 400 if the body or its content type is not JSON; 413; 415 for an encoding other than gzip.
 */
export async function readJson(request: HttpRequest): Promise<unknown> {
  const { "content-type": type = "", "content-encoding": encoding = "identity" } = request.headers;
  const bytes = await request.readBody();
  if (encoding !== "identity" && encoding !== "gzip") {
    throw new GraphError(415, "UnsupportedMediaType", { message: "The only content encoding is gzip." });
  }
  try {
    if (!/^application\/([\w.-]+\+)?json\b/i.test(type)) throw unreadable();
    // Some of Graph's own SDKs compress every body.
    const plain = encoding === "gzip" ? gunzipSync(bytes, { maxOutputLength: MAX_BODY_BYTES }) : bytes;
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain));
  } catch {
    throw unreadable();
  }
}

/** As `readJson`, with an empty object for no body. */
export async function readOptionalJson(request: HttpRequest): Promise<unknown> {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  return (length === undefined || length === "0") && encoding === undefined ? {} : await readJson(request);
}

const unreadable = (): Error =>
  badRequest(
    "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
  );
