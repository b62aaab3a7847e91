import type { ChangeType, OpenEnum } from "@graph-dtmf/models";
import { isRecord, memberOf } from "@graph-dtmf/models/internal";
import { parseEnvelope, parseJson } from "./envelope.ts";
import { parseCommonPath, readCommonOperation } from "./fast-path.ts";
import type { Notification } from "./notification.ts";
import { readCollection } from "./read-collection.ts";
import { type EnvelopeEntry, readResource, toUnknown } from "./read-resource.ts";
import { parseResourcePath } from "./resource-path.ts";

/**
 * Parses the notifications that Graph posts to a bot's callback URL, in every form that Graph has used.
 *
 * Each entry of the envelope is read on its own. An entry that cannot be read, or that has an unknown type, becomes a
 * notification of kind `unknown` with the entry as `raw`. An entry with several operations or calls becomes several
 * notifications. This function verifies nothing: use a `NotificationVerifier` first.
 *
 * @param body Bytes, text, or JSON that a framework has parsed.
 * @throws InvalidNotificationError if the body is not JSON, not an object, or has no array `value`.
 */
export function parseNotifications(body: string | Uint8Array | unknown): Notification[] {
  const isUnparsed = typeof body === "string" || body instanceof Uint8Array;
  return parseEnvelope(isUnparsed ? parseJson(body) : body).flatMap(readEntry);
}

/** Returns an array if the entry holds its resources in an array. */
function readEntry(raw: unknown): Notification | Notification[] {
  if (!isRecord(raw)) return { kind: "unknown", raw };
  const changeType = parseChangeType(raw.changeType);
  const common = readCommonOperation(raw, changeType);
  if (common) return common;
  const { resourceUrl, resource, resourceData } = raw;
  const path = parseCommonPath(resourceUrl) ?? parseResourcePath(resourceUrl) ?? parseResourcePath(resource);
  const entry: EnvelopeEntry = { raw, changeType, path, preferredId: "path" };
  if (Array.isArray(resourceData)) return readCollection(entry, resourceData);
  return readResource(entry, resourceData) ?? toUnknown(entry);
}

/** The most frequent value first. */
const CHANGE_TYPES: readonly ChangeType[] = ["deleted", "updated", "created"];

function parseChangeType(value: unknown): OpenEnum<ChangeType> | undefined {
  return memberOf(CHANGE_TYPES, value) ?? (typeof value === "string" ? value : undefined);
}
