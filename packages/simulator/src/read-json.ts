import { badRequest } from "./graph-error.ts";
import type { Inbound } from "./http-listener.ts";

/** @throws GraphError 400 if the body is not JSON, or is not called so; 413 */
export async function readJson(inbound: Inbound): Promise<unknown> {
  const bytes = await inbound.readBody();
  try {
    if (!/^application\/([\w.-]+\+)?json\b/i.test(inbound.headers["content-type"] ?? "")) throw unreadable();
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw unreadable();
  }
}

/** As `readJson`, but nothing is read as an empty object. */
export async function readOptionalJson(inbound: Inbound): Promise<unknown> {
  const { "content-length": length, "transfer-encoding": encoding } = inbound.headers;
  return (length === undefined || length === "0") && encoding === undefined ? {} : await readJson(inbound);
}

const unreadable = (): Error =>
  badRequest(
    "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
  );
