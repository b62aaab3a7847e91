import type { ChangeType, OpenEnum } from "@graph-dtmf/models";
import { isRecord, memberOf } from "@graph-dtmf/models/internal";
import { InvalidNotificationError } from "./errors.ts";
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
  const read = parseEnvelope(isUnparsed ? parseJson(body) : body).map(readEntry);
  // `flatMap` is much slower, and nearly no entry has several resources.
  return read.some(Array.isArray) ? read.flat() : (read as Notification[]);
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

/**
 * Parses the JSON of a body. Bytes are decoded as UTF-8 and never rejected for their encoding: the members that are read
 * of a notification are ASCII, and every charset that Graph has declared encodes ASCII alike.
 *
 * @throws InvalidNotificationError if the body is not JSON.
 */
export function parseJson(body: string | Uint8Array): unknown {
  const text = typeof body === "string" ? withoutByteOrderMark(body) : utf8.decode(body);
  try {
    return JSON.parse(text);
  } catch {
    // No `cause`: the message of the engine quotes the body, which may contain digits.
    throw new InvalidNotificationError(`expected JSON, got ${text.length} characters of something else`);
  }
}

/** Replaces invalid UTF-8 by U+FFFD and removes a byte order mark. */
const utf8 = new TextDecoder();

function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/**
 * Returns the entries of an envelope, unread.
 *
 * @throws InvalidNotificationError if the envelope is not an object with an array `value`.
 */
function parseEnvelope(envelope: unknown): readonly unknown[] {
  if (!isRecord(envelope)) throw new InvalidNotificationError(`expected a JSON object, got ${typeNameOf(envelope)}`);
  const { value } = envelope;
  if (Array.isArray(value)) return value;
  throw new InvalidNotificationError(`expected an array \`value\` in the envelope, got ${typeNameOf(value)}`);
}

/**
 * Returns whether a parsed body is a notification of the legacy (Skype) protocol, which has no envelope. If the answer
 * is 204, the service sends the notification again in Graph's protocol.
 */
export function isLegacyNotification(body: unknown): boolean {
  return isRecord(body) && body.value === undefined && typeof body.callState === "string";
}

function typeNameOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}
