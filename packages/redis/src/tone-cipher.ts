import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { normalizeId, parseToneInfo, type ToneInfo } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";
import { parseJson } from "./stored-event.ts";

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/**
 * All plain texts are padded to this length, because an encrypted text is as long as its plain text: the length would
 * reveal the key.
 */
const TEXT_LENGTH = 64;

/** Encrypts pressed keys for one call, so that they are confidential in Redis and cannot be moved to another call. */
export interface ToneCipher {
  seal(callId: string, tone: ToneInfo): string;
  /** Returns `undefined` for data that was not encrypted with this key for this call. */
  open(callId: string, sealed: string): ToneInfo | undefined;
}

/**
 * Creates a cipher with AES-256-GCM.
 *
 * @param key 32 random bytes, or their base64.
 * @throws TypeError for anything else.
 */
export function createToneCipher(key: Uint8Array | string): ToneCipher {
  const bytes = typeof key === "string" ? Buffer.from(key, "base64") : Buffer.from(key);
  if (bytes.length !== KEY_BYTES) {
    throw new TypeError(`expected encryptionKey to be ${KEY_BYTES} bytes, or their base64, got ${bytes.length} bytes`);
  }
  return {
    seal(callId, { sequenceId, tone }) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, bytes, nonce).setAAD(Buffer.from(normalizeId(callId)));
      const text = JSON.stringify({ sequenceId, tone }).padEnd(TEXT_LENGTH);
      return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString("base64");
    },
    open(callId, sealed) {
      const all = Buffer.from(sealed, "base64");
      if (all.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv(ALGORITHM, bytes, all.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(normalizeId(callId))).setAuthTag(all.subarray(-TAG_BYTES));
      try {
        const text = Buffer.concat([decipher.update(all.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
        const tone = parseJson(text.toString());
        return isRecord(tone) ? parseToneInfo(tone) : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
