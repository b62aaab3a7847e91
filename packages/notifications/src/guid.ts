/** As how many numbers of 32 bits a GUID is kept. */
export const GUID_NUMBERS = 4;

const LENGTH = 36;
const DASH = 45;

/** What a character is worth as a digit, by its code: -1 if it is none, or is a capital. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) => "0123456789abcdef".indexOf(String.fromCharCode(code)));

/** Writes a GUID as numbers. False, and anything is written, unless it is spelled as we do: in lower case, with dashes. */
export function writeGuid(guid: string, numbers: Int32Array, at: number): boolean {
  if (guid.length !== LENGTH || !hasDashes(guid)) return false;
  const [a, b, c, d] = [digits(guid, 0), digits(guid, 4), digits(guid, 9), digits(guid, 14)];
  const [e, f, g, h] = [digits(guid, 19), digits(guid, 24), digits(guid, 28), digits(guid, 32)];
  numbers[at] = (a << 16) | b;
  numbers[at + 1] = (c << 16) | d;
  numbers[at + 2] = (e << 16) | f;
  numbers[at + 3] = (g << 16) | h;
  return (a | b | c | d | e | f | g | h) >= 0;
}

/** The GUID that was written. */
export function readGuid(numbers: Int32Array, at: number): string {
  let hex = "";
  for (const number of numbers.subarray(at, at + GUID_NUMBERS)) hex += (number >>> 0).toString(16).padStart(8, "0");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function hasDashes(guid: string): boolean {
  return (
    guid.charCodeAt(8) === DASH &&
    guid.charCodeAt(13) === DASH &&
    guid.charCodeAt(18) === DASH &&
    guid.charCodeAt(23) === DASH
  );
}

/** Four digits; below zero if one of them is none. */
function digits(guid: string, at: number): number {
  return (digit(guid, at) << 12) | (digit(guid, at + 1) << 8) | (digit(guid, at + 2) << 4) | digit(guid, at + 3);
}

function digit(guid: string, at: number): number {
  return DIGITS[guid.charCodeAt(at)] ?? -1;
}
