import { type ChangeType, type OpenEnum, parseOperation } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";
import type { OperationNotification } from "./notification.ts";
import { MAX_ID_LENGTH, type ResourcePath } from "./resource-path.ts";

// Nearly all notifications use one type and two spellings of the path. This file reads them with fewer steps than the
// general code does. A property test compares the results.
const TYPE = "#microsoft.graph.sendDtmfTonesOperation";
const CALLS = "/communications/calls/";
const OPERATIONS = "/operations/";
const GUID_LENGTH = 36;
const CALL_END = CALLS.length + GUID_LENGTH;
const KEY_START = CALL_END + OPERATIONS.length;
const DASH = 45;

/**
 * Reads the operation of a `sendDtmfTones` request under its documented path. Returns `undefined` for every other entry,
 * which the general code then reads.
 */
export function readCommonOperation(
  raw: Record<string, unknown>,
  changeType: OpenEnum<ChangeType> | undefined,
): OperationNotification | undefined {
  const { resourceUrl, resourceData } = raw;
  if (!isRecord(resourceData) || resourceData["@odata.type"] !== TYPE) return undefined;
  const path = parseCommonPath(resourceUrl);
  if (path?.key === undefined) return undefined;
  const operation = parseOperation(resourceData);
  if (!operation) return undefined;
  const { callId, key } = path;
  if (operation.id === "") operation.id = key;
  if (Math.max(operation.id.length, operation.clientContext?.length ?? 0) > MAX_ID_LENGTH) return undefined;
  return { kind: "operation", callId, operationId: key, changeType: changeType ?? "updated", operation, raw };
}

/**
 * Reads `/communications/calls/{guid}` and `/communications/calls/{guid}/operations/{guid}`, in lower case with dashes.
 * Returns `undefined` for every other path.
 */
export function parseCommonPath(path: unknown): ResourcePath | undefined {
  if (typeof path !== "string") return undefined;
  if (path.length === CALL_END && startsWithCall(path)) {
    return { callId: path.slice(CALLS.length), collection: undefined, key: undefined };
  }
  if (!isOperationPath(path)) return undefined;
  return { callId: path.slice(CALLS.length, CALL_END), collection: "operations", key: path.slice(KEY_START) };
}

function isOperationPath(path: string): boolean {
  return (
    path.length === KEY_START + GUID_LENGTH &&
    path.indexOf(OPERATIONS, CALL_END) === CALL_END &&
    isGuidAt(path, KEY_START) &&
    startsWithCall(path)
  );
}

// `startsWith` is much slower than `indexOf` here.
function startsWithCall(path: string): boolean {
  return path.indexOf(CALLS) === 0 && isGuidAt(path, CALLS.length) && path === path.toLowerCase();
}

function isGuidAt(text: string, at: number): boolean {
  return (
    text.charCodeAt(at + 8) === DASH &&
    text.charCodeAt(at + 13) === DASH &&
    text.charCodeAt(at + 18) === DASH &&
    text.charCodeAt(at + 23) === DASH
  );
}
