import { isRecord } from "@graph-dtmf/models/internal";
import { InvalidNotificationError } from "./errors.ts";

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
export function parseEnvelope(envelope: unknown): readonly unknown[] {
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
