/** Headers that have a single value. If a response repeats one of them, its first value counts. */
const SINGLE_VALUE_HEADERS = new Set(["content-length", "content-type", "location", "retry-after", "set-cookie"]);

/** Turns headers with several values into headers with one value each. */
export function flattenHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name] ?? "";
    flat[name] =
      typeof value === "string" ? value : SINGLE_VALUE_HEADERS.has(name) ? (value[0] ?? "") : value.join(", ");
  }
  return flat;
}

/**
 * Parses a response body. The content type is ignored because it can be wrong: Graph answers keepAlive with text/plain
 * and no body, and sends errors as JSON under text/html.
 */
export function parseBody(text: string): { body?: unknown } {
  if (text === "") return {};
  try {
    return { body: JSON.parse(text) };
  } catch {
    return { body: text };
  }
}
