/** Whether a value is an object and no array, such as a JSON `{…}`. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The type of a value, for messages that must not show the value. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** An integer that came as a number or as a numeric string, as Graph sent for years. */
export function toInteger(value: unknown): number | undefined {
  const integer = toInt64(value);
  return Number.isSafeInteger(integer) ? integer : undefined;
}

/** As {@link toInteger}, for the whole range of an Int64. Beyond 2^53 the nearest JavaScript number. */
export function toInt64(value: unknown): number | undefined {
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || Math.abs(number) > 2 ** 63) return undefined;
  // JSON can contain -0; adding 0 turns it into 0.
  return number + 0;
}

/** Sets a member of a record, or deletes it if the value is `undefined`. */
export function setOrDelete(record: Record<string, unknown>, member: string, value: unknown): void {
  if (value === undefined) delete record[member];
  else record[member] = value;
}

/** Whether a value is a string of at least one character. */
export function isNonEmptyText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** A text, or `undefined` for anything else. */
export function toText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The member that `value` names in any letter case, in the spelling of the list. `undefined` if it names none. */
export function memberOf<T extends string>(members: readonly T[], value: unknown): T | undefined {
  if (typeof value !== "string") return undefined;
  if ((members as readonly string[]).includes(value)) return value as T;
  const lower = value.toLowerCase();
  return members.find((member) => member.toLowerCase() === lower);
}

/** A listed member in the spelling of the list, other text as received, `undefined` for anything else. */
export function openMemberOf<T extends string>(members: readonly T[], value: unknown): OpenEnum<T> | undefined {
  return memberOf(members, value) ?? (typeof value === "string" ? value : undefined);
}

/**
 * A value of an enum of Graph, which may grow: the documented members for completion and narrowing, any other text
 * as received.
 */
export type OpenEnum<T extends string> = T | (string & Record<never, never>);
