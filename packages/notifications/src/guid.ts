/** As how many numbers of 32 bits a GUID is kept. */
export const GUID_NUMBERS = 4;

export const GUID_LENGTH = 36;
const DASH = 45;
/** Where its digits are, four by four. */
const GROUPS_AT = [0, 4, 9, 14, 19, 24, 28, 32] as const;

/** What a character is worth as a digit, by its code: -1 if it is none, or is a capital. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) => "0123456789abcdef".indexOf(String.fromCharCode(code)));

/** Writes a GUID as numbers. False, and anything is written, unless it is spelled as we do: in lower case, with dashes. */
export function writeGuid(guid: string, numbers: Int32Array, at: number): boolean {
  if (guid.length !== GUID_LENGTH || !isGuidAt(guid, 0)) return false;
  let wrong = 0;
  for (let n = 0; n < GUID_NUMBERS; n++) {
    const high = digits(guid, GROUPS_AT[2 * n] ?? 0);
    const low = digits(guid, GROUPS_AT[2 * n + 1] ?? 0);
    numbers[at + n] = (high << 16) | low;
    wrong |= high | low;
  }
  return wrong >= 0;
}

/** The GUID that was written. */
export function readGuid(numbers: Int32Array, at: number): string {
  let hex = "";
  for (const number of numbers.subarray(at, at + GUID_NUMBERS)) hex += (number >>> 0).toString(16).padStart(8, "0");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Whether what begins at `at` has its dashes where a GUID has them. */
export function isGuidAt(text: string, at: number): boolean {
  return (
    text.charCodeAt(at + 8) === DASH &&
    text.charCodeAt(at + 13) === DASH &&
    text.charCodeAt(at + 18) === DASH &&
    text.charCodeAt(at + 23) === DASH
  );
}

/** Four digits; below zero if one of them is none. */
function digits(guid: string, at: number): number {
  return (digit(guid, at) << 12) | (digit(guid, at + 1) << 8) | (digit(guid, at + 2) << 4) | digit(guid, at + 3);
}

function digit(guid: string, at: number): number {
  return DIGITS[guid.charCodeAt(at)] ?? -1;
}
