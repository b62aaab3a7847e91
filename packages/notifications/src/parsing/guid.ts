export const GUID_LENGTH = 36;
const DASH = 45;

/** Whether what begins at `at` has its dashes where a GUID has them. */
export function isGuidAt(text: string, at: number): boolean {
  return (
    text.charCodeAt(at + 8) === DASH &&
    text.charCodeAt(at + 13) === DASH &&
    text.charCodeAt(at + 18) === DASH &&
    text.charCodeAt(at + 23) === DASH
  );
}
