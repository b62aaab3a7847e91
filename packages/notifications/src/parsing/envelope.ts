import { isRecord } from "@graph-dtmf/models/internal";
import { InvalidNotificationError } from "../errors.ts";

/**
 * The JSON of a body. Bytes are read as UTF-8 and never refused for their encoding: all that is read of a notification
 * is ASCII, which every charset that Graph has declared spells alike.
 *
 * @throws InvalidNotificationError if it is no JSON.
 */
export function parseJson(body: string | Uint8Array): unknown {
  const text = typeof body === "string" ? withoutByteOrderMark(body) : utf8.decode(body);
  try {
    return JSON.parse(text);
  } catch {
    // Not carried as the cause: the engine's message quotes the body, which may hold digits that somebody pressed.
    throw new InvalidNotificationError(`expected JSON, got ${text.length} characters that are none`);
  }
}

/** Puts a replacement character where bytes are no UTF-8, and drops a byte order mark. */
const utf8 = new TextDecoder();

function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/**
 * The notifications of an envelope, each as it came.
 *
 * @throws InvalidNotificationError if it is none: no object with an array `value`.
 */
export function entriesOf(envelope: unknown): readonly unknown[] {
  if (!isRecord(envelope)) throw new InvalidNotificationError(`expected a JSON object, got ${nameOf(envelope)}`);
  const { value } = envelope;
  if (Array.isArray(value)) return value;
  throw new InvalidNotificationError(`expected an array \`value\` in the envelope, got ${nameOf(value)}`);
}

/**
 * Whether a parsed body is a notification of the legacy (Skype) protocol, which has no envelope. Answered with 204, the
 * service sends the same again in Graph's protocol.
 */
export function isLegacyNotification(body: unknown): boolean {
  return isRecord(body) && body.value === undefined && typeof body.callState === "string";
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}
