import { randomBytes } from "node:crypto";
import { TONES, type ToneInfo } from "@graph-dtmf/models";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createToneCipher } from "./tone-cipher.ts";

const CALL = "481f3600-983e-4276-9b59-000000000001";
const key = randomBytes(32);
const cipher = createToneCipher(key);
const five: ToneInfo = { sequenceId: 1, tone: "tone5" };

describe("an encrypted key", () => {
  test("is decrypted with the same key for the same call, in any spelling of its id", () => {
    for (const tone of TONES) {
      const pressed = { sequenceId: 2 ** 40, tone };
      expect(createToneCipher(key.toString("base64")).open(CALL, cipher.seal(CALL.toUpperCase(), pressed))).toEqual(
        pressed,
      );
    }
  });

  test("has the same length as any other, and never the same text twice", () => {
    const sealed = TONES.flatMap((tone) => [1, 2 ** 40].map((sequenceId) => cipher.seal(CALL, { sequenceId, tone })));
    expect(new Set(sealed.map(({ length }) => length)).size).toBe(1);
    expect(cipher.seal(CALL, five)).not.toBe(cipher.seal(CALL, five));
  });

  test("is not decrypted with another key, or for another call", () => {
    const sealed = cipher.seal(CALL, five);
    expect(createToneCipher(randomBytes(32)).open(CALL, sealed)).toBeUndefined();
    expect(cipher.open(CALL.replace("1", "2"), sealed)).toBeUndefined();
  });

  test("is not decrypted after any change", () => {
    const sealed = Buffer.from(cipher.seal(CALL, five), "base64");
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(cipher.open(CALL, changed.toString("base64"))).toBeUndefined();
    }
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => cipher.open(CALL, text) === undefined));
  });
});

test.each([randomBytes(16), "", "short", randomBytes(33)])("rejects an invalid key: %#", (wrong) => {
  expect(() => createToneCipher(wrong)).toThrow(TypeError);
});
