import type { Prompt } from "@graph-dtmf/client";
import { InvalidRequestError, parseTones, type Tone } from "@graph-dtmf/models";
import { checkTones, isRecord } from "@graph-dtmf/models/internal";

/** Options of `collect`. */
export interface CollectOptions {
  /** The entry ends with this many keys. */
  maxDigits: number;
  /** An entry with fewer keys is invalid. Default 1. */
  minDigits?: number;
  /** Keys that end an entry and are not part of it. Default `#`, unless `allowed` contains it; `""` for none. */
  terminators?: string | readonly Tone[];
  /** Keys that may be entered. Any other key makes the entry invalid. Default: all keys except the terminators. */
  allowed?: string | readonly Tone[];
  /** How long to wait for the first key after the prompts, in milliseconds. Default 10,000. */
  firstDigitTimeoutMs?: number;
  /** How long to wait for each further key, in milliseconds. Default 5,000. */
  interDigitTimeoutMs?: number;
  /** How long the collect may take, with prompts and all attempts, in milliseconds. No limit by default. */
  timeoutMs?: number;
  /** Played before the first key. A key stops them. Skipped if a key is already waiting. */
  prompts?: readonly Prompt[];
  /** The number of attempts. After silence or an invalid entry the next attempt starts, with the prompts. Default 1. */
  maxAttempts?: number;
  signal?: AbortSignal;
}

/** The options, checked and with defaults. */
export interface CollectSettings {
  maxDigits: number;
  minDigits: number;
  terminators: ReadonlySet<Tone>;
  /** Absent if every key is allowed. */
  allowed: ReadonlySet<Tone> | undefined;
  firstDigitTimeoutMs: number;
  interDigitTimeoutMs: number;
  timeoutMs: number;
  prompts: readonly Prompt[];
  maxAttempts: number;
}

/** @throws InvalidRequestError, InvalidTonesError for invalid options. */
export function parseCollectOptions(options: CollectOptions): CollectSettings {
  if (!isRecord(options)) throw new InvalidRequestError("expected { maxDigits, … }");
  const { prompts = [], timeoutMs = Number.POSITIVE_INFINITY } = options;
  const maxDigits = parseCount("maxDigits", options.maxDigits, 1);
  const minDigits = parseCount("minDigits", options.minDigits ?? 1, 0);
  if (minDigits > maxDigits) throw new InvalidRequestError("minDigits must not be more than maxDigits");
  const allowed = options.allowed === undefined ? undefined : parseKeys(options.allowed);
  const terminators = parseKeys(options.terminators ?? (allowed?.has("pound") ? "" : "#"));
  if (allowed && [...terminators].some((tone) => allowed.has(tone))) {
    throw new InvalidRequestError("a key must not be among both terminators and allowed");
  }
  return {
    maxDigits,
    minDigits,
    terminators,
    allowed,
    firstDigitTimeoutMs: parseMilliseconds("firstDigitTimeoutMs", options.firstDigitTimeoutMs ?? 10_000),
    interDigitTimeoutMs: parseMilliseconds("interDigitTimeoutMs", options.interDigitTimeoutMs ?? 5_000),
    timeoutMs: parseMilliseconds("timeoutMs", timeoutMs),
    prompts,
    maxAttempts: parseCount("maxAttempts", options.maxAttempts ?? 1, 1),
  };
}

function parseKeys(list: string | readonly Tone[]): ReadonlySet<Tone> {
  return new Set(typeof list === "string" ? parseTones(list) : checkTones(list));
}

function parseCount(name: string, value: number, min: number): number {
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw new InvalidRequestError(`${name} must be a whole number of ${min} or more`);
}

function parseMilliseconds(name: string, value: number): number {
  if (typeof value === "number" && value >= 0) return value;
  throw new InvalidRequestError(`${name} must be 0 or more milliseconds`);
}
