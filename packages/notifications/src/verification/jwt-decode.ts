import { Buffer } from "node:buffer";
import { isRecord } from "@graph-dtmf/models/internal";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The bytes of a part of a token, which holds nothing but characters of base64url.
 *
 * @throws TypeError for a length that no bytes have.
 */
export function decodePart(part: string): Buffer {
  // Buffer would pass over the last character.
  if (part.length % 4 === 1) throw new TypeError("expected base64url, got a character too many");
  return Buffer.from(part, "base64url");
}

/**
 * The object that a part of a token holds as JSON.
 *
 * @throws an error if it holds none.
 */
export function parsePart(part: string): Record<string, unknown> {
  const value: unknown = JSON.parse(utf8.decode(decodePart(part)));
  if (!isRecord(value)) throw new TypeError("expected a JSON object in a token");
  return value;
}
