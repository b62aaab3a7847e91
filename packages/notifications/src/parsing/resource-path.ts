import { normalizeId } from "@graph-dtmf/models";
import { GUID_LENGTH, isGuidAt } from "./guid.ts";

/** What the path of a resource says, GUIDs lower-case with dashes. */
export interface ResourcePath {
  callId: string;
  /** The segment after the call, in lower case: `operations`, `participants` …; absent if the path ends at the call. */
  collection: string | undefined;
  /** The id within the collection; absent if the path ends at the collection. */
  key: string | undefined;
}

/**
 * Characters in a path, an id, or a clientContext. Graph's own have a quarter of it at most; they are remembered, and must
 * not fill the memory.
 */
export const LONGEST_ID = 1024;

/**
 * Reads the path of a call, or of something in a call: absolute or relative, with or without host, version and leading
 * slash, below `app` or `communications`, with keys as `calls/id` or `calls('id')`. `undefined` for whatever names no
 * call, and for what is longer than {@link LONGEST_ID}.
 */
export function parseResourcePath(path: unknown): ResourcePath | undefined {
  if (typeof path !== "string" || path.length > LONGEST_ID) return undefined;
  if (isUsualOperationPath(path)) return parseUsualOperationPath(path);
  if (isUsualCallPath(path)) return { callId: path.slice(CALLS.length), collection: undefined, key: undefined };
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

// Nearly every path is spelled in one of two ways, /communications/calls/{guid} and …/operations/{guid}. Taking these
// two by their length makes reading a notification a tenth faster. (`startsWith` would cost as much as all the rest.)
const CALLS = "/communications/calls/";
const OPERATIONS = "/operations/";
const CALL_END = CALLS.length + GUID_LENGTH;
const KEY_AT = CALL_END + OPERATIONS.length;

function isUsualCallPath(path: string): boolean {
  return path.length === CALL_END && startsUsually(path);
}

/** Whether a path is spelled exactly as Graph's pages spell that of an operation. */
export function isUsualOperationPath(path: string): boolean {
  return (
    path.length === KEY_AT + GUID_LENGTH &&
    path.indexOf(OPERATIONS, CALL_END) === CALL_END &&
    isGuidAt(path, KEY_AT) &&
    startsUsually(path)
  );
}

/** Reads a path of which {@link isUsualOperationPath} is true. */
export function parseUsualOperationPath(path: string): ResourcePath & { key: string } {
  return { callId: path.slice(CALLS.length, CALL_END), collection: "operations", key: path.slice(KEY_AT) };
}

function startsUsually(path: string): boolean {
  return path.indexOf(CALLS) === 0 && isGuidAt(path, CALLS.length) && path === path.toLowerCase();
}
