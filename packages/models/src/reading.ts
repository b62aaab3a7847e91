/** An object that is no array: what a JSON `{…}` becomes. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The member that `value` names in any letter case, in our spelling; `undefined` if it names none. */
export function memberOf<T extends string>(members: readonly T[], value: unknown): T | undefined {
  if (typeof value !== "string") return undefined;
  if ((members as readonly string[]).includes(value)) return value as T;
  const lower = value.toLowerCase();
  return members.find((member) => member.toLowerCase() === lower);
}

/** A known member in our spelling, an unknown text as it came, `undefined` for what is no text. */
export function openMemberOf<T extends string>(members: readonly T[], value: unknown): OpenEnum<T> | undefined {
  return memberOf(members, value) ?? (typeof value === "string" ? value : undefined);
}

/** An integer that came as a number or, as Graph did for years, as a numeric string. */
export function toInteger(value: unknown): number | undefined {
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
}

/** A text, or `undefined` for anything else. */
export function toText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/**
 * A value of an enum of Graph's, which may grow: the members known today for completion and narrowing, any other
 * text kept as it came.
 */
export type OpenEnum<T extends string> = T | (string & Record<never, never>);

const dashless = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;
const GUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/**
 * One spelling for the several that Graph uses of one id: GUIDs become lower-case with dashes, whatever else stays
 * as it is.
 */
export function normalizeId(id: string): string {
  if (!GUID.test(id)) return id;
  const lower = id.toLowerCase();
  return lower.length === 36 ? lower : lower.replaceAll("-", "").replace(dashless, "$1-$2-$3-$4-$5");
}
