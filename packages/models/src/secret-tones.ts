import { InvalidTonesError } from "./errors.ts";
import { typeName } from "./json-value.ts";
import { checkTones, parseTones, type Tone } from "./tone.ts";

/**
 * Tones that are never printed: a PIN, a card number, a passcode.
 *
 * Printing, `JSON.stringify`, `util.inspect` and string conversion give `[redacted N tones]`. Only `reveal()`
 * returns the tones.
 */
export interface SecretTones {
  /** The number of tones. */
  readonly length: number;
  /** Returns the tones in clear. Do not log them. */
  reveal(): readonly Tone[];
}

// Registered symbols, so that the ESM and the CommonJS copy of this package accept each other's secrets.
const brand = Symbol.for("@graph-dtmf/models.secretTones");
const inspect = Symbol.for("nodejs.util.inspect.custom");

class RedactedTones implements SecretTones {
  readonly #tones: readonly Tone[];

  constructor(tones: readonly Tone[]) {
    this.#tones = Object.freeze(tones);
    Object.freeze(this);
  }

  get [brand](): true {
    return true;
  }

  get length(): number {
    return this.#tones.length;
  }

  reveal(): readonly Tone[] {
    return this.#tones;
  }

  toString(): string {
    return `[redacted ${this.#tones.length} tones]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect](): string {
    return this.toString();
  }
}

/**
 * Wraps keys or tones so that no log shows them.
 *
 * @throws {@link InvalidTonesError} with the position of the first invalid key or tone, without the key.
 *
 * @example
 * const pin = secretTones("4711#");
 * console.log(pin); // [redacted 5 tones]
 */
export function secretTones(keys: string | readonly Tone[]): SecretTones {
  if (typeof keys !== "string" && !Array.isArray(keys)) {
    throw new InvalidTonesError(`secret tones are made of keys or a list of tones, got ${typeName(keys)}`);
  }
  return new RedactedTones(typeof keys === "string" ? parseTones(keys) : checkTones([...keys]));
}

/** Whether `value` came from {@link secretTones}, of this copy of the package or another. */
export function isSecretTones(value: unknown): value is SecretTones {
  return typeof value === "object" && value !== null && (value as { [brand]?: unknown })[brand] === true;
}
