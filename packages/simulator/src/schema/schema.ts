import { isRecord } from "@graph-dtmf/models/internal";
import { badRequest } from "../http/graph-error.ts";
import { maskTones } from "../http/mask.ts";

/** Says what is wrong with the value at `path`, or `undefined` if nothing is. Never repeats the value. */
export type Check = (value: unknown, path: string) => string | undefined;

const mismatch = (path: string): string => `Property ${path} in payload has a value that does not match schema.`;
const when =
  (fits: (value: unknown) => boolean): Check =>
  (value, path) =>
    fits(value) ? undefined : mismatch(path);

/** Edm.String */
export const text: Check = when((value) => typeof value === "string");
/** Edm.Boolean */
export const boolean: Check = when((value) => typeof value === "boolean");
/** Edm.Int32, and not below zero: a length or a number of something. */
export const count: Check = when(
  (value) => typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 31,
);
/** Edm.String with Unicode="false", of at most 256 characters. */
export const clientContext: Check = when(
  // biome-ignore lint/suspicious/noControlCharactersInRegex: every ASCII character is allowed, the control ones too.
  (value) => typeof value === "string" && value.length <= 256 && /^[\x00-\x7f]*$/.test(value),
);

/** A member of an enum, in exactly the wire's spelling. */
export const memberOf = (members: readonly string[]): Check =>
  when((value) => typeof value === "string" && members.includes(value));

/** A value, or null: what the schema calls nullable. */
export const orNull =
  (check: Check): Check =>
  (value, path) =>
    value === null ? undefined : check(value, path);

/** A collection of non-null elements. */
export const listOf =
  (check: Check, { atLeast = 0 }: { atLeast?: number } = {}): Check =>
  (value, path) =>
    Array.isArray(value) && value.length >= atLeast
      ? first(value.entries(), ([index, element]) => check(element, `${path}[${index}]`))
      : mismatch(path);

/** An object whose members have names of their own, and values of one kind. */
export const recordOf =
  (check: Check): Check =>
  (value, path) =>
    isRecord(value)
      ? first(Object.entries(value), ([key, held]) => check(held, `${path}.${maskTones(key)}`))
      : mismatch(path || "root");

/** What the schema says of an object. */
export interface Shape {
  /** Members that the schema declares. One that is absent is checked as null. */
  members: Readonly<Record<string, Check>>;
  /** An open type: members that are not declared are none of our business. */
  open?: boolean;
  /** What to say of a member that is not declared. */
  undeclared?: (member: string) => string;
}

/** An object. OData annotations (`@odata.type`, `tones@odata.type`) may stand anywhere. */
export const object =
  ({ members, open = false, undeclared = notDeclared }: Shape): Check =>
  (value, path) => {
    if (!isRecord(value)) return mismatch(path || "root");
    const stranger = open
      ? undefined
      : Object.keys(value).find((key) => !key.includes("@") && !Object.hasOwn(members, key));
    if (stranger !== undefined) return undeclared(maskTones(stranger));
    const prefix = path ? `${path}.` : "";
    return first(Object.entries(members), ([key, check]) => check(value[key] ?? null, `${prefix}${key}`));
  };

/** An object of an abstract type: its `@odata.type` says which of the concrete ones it is. */
export const oneOfTypes =
  (types: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    if (!isRecord(value)) return mismatch(path);
    const type = String(value["@odata.type"] ?? "").replace(/^#?microsoft\.graph\./, "");
    return Object.hasOwn(types, type) ? types[type]?.(value, path) : mismatch(path);
  };

/** @throws GraphError 400 with the first thing that is wrong. */
export function checkBody(check: Check, body: unknown): void {
  const problem = check(body, "");
  if (problem !== undefined) throw badRequest(problem);
}

/** Members that are null are as good as absent: what Graph calls nullable. */
export function withoutNulls(body: unknown): unknown {
  return isRecord(body) ? Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) : body;
}

const notDeclared = (member: string): string =>
  `The property '${member}' does not exist. Make sure to only use property names that are defined by the type.`;

function first<T>(items: Iterable<T>, problemOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
