import { normalizeId } from "@graph-dtmf/models";

/** The parts of a resource path. GUIDs are in lower case with dashes. */
export interface ResourcePath {
  callId: string;
  /** The segment after the call, in lower case: `operations`, `participants` …; absent if the path ends at the call. */
  collection: string | undefined;
  /** The id within the collection; absent if the path ends at the collection. */
  key: string | undefined;
}

/**
 * Maximum characters of a path, an id, or a clientContext. Those of Graph have at most a quarter of it. Ids stay in
 * memory, so their length is limited.
 */
export const MAX_ID_LENGTH = 1024;

/**
 * Parses the path of a call, or of a resource in a call: absolute or relative, with or without host, version and leading
 * slash, below `app` or `communications`, with keys as `calls/id` or `calls('id')`.
 *
 * @returns `undefined` if the path contains no call or is longer than {@link MAX_ID_LENGTH}.
 */
export function parseResourcePath(path: unknown): ResourcePath | undefined {
  if (typeof path !== "string" || path.length > MAX_ID_LENGTH) return undefined;
  const [callId, collection, key] = segmentsAfterCalls(path);
  if (!callId) return undefined;
  return {
    callId: normalizeId(callId),
    collection: collection ? collection.toLowerCase() : undefined,
    key: collection && key ? normalizeId(key) : undefined,
  };
}

function segmentsAfterCalls(path: string): string[] {
  const segments = path
    .replace(/[?#].*$/s, "")
    .replace(/\('?([^'()]*)'?\)/g, "/$1")
    .split("/");
  const calls = segments.findIndex((segment) => segment.toLowerCase() === "calls");
  return calls < 0 ? [] : segments.slice(calls + 1, calls + 4);
}
