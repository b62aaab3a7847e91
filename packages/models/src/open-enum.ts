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
