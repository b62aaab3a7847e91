import { isRecord } from "@graph-dtmf/models/internal";
import { badRequest } from "../http/graph-error.ts";
import { maskTones } from "../http/mask.ts";

/** Says what is wrong with the value at `path`, or `undefined` if nothing is. Never repeats the value. */
export type Check = (value: unknown, path: string) => string | undefined;

const describeMismatch = (path: string): string =>
  `Property ${path} in payload has a value that does not match schema.`;
const matching =
  (fits: (value: unknown) => boolean): Check =>
  (value, path) =>
    fits(value) ? undefined : describeMismatch(path);

/** Edm.String */
export const text: Check = matching((value) => typeof value === "string");
/** Edm.Boolean */
export const boolean: Check = matching((value) => typeof value === "boolean");
/** Edm.Int32, and not below zero: a length or a number of something. */
export const count: Check = matching(
  (value) => typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 31,
);
/** Edm.String with Unicode="false", of at most 256 characters. */
export const clientContext: Check = matching(
  // biome-ignore lint/suspicious/noControlCharactersInRegex: every ASCII character is allowed, the control ones too.
  (value) => typeof value === "string" && value.length <= 256 && /^[\x00-\x7f]*$/.test(value),
);

/** A member of an enum, in exactly the wire's spelling. */
export const enumOf = (members: readonly string[]): Check =>
  matching((value) => typeof value === "string" && members.includes(value));

/** A value, or null: what the schema calls nullable. */
export const nullable =
  (check: Check): Check =>
  (value, path) =>
    value === null ? undefined : check(value, path);

/** A collection of non-null elements. */
export const arrayOf =
  (check: Check, { atLeast = 0 }: { atLeast?: number } = {}): Check =>
  (value, path) =>
    Array.isArray(value) && value.length >= atLeast
      ? firstProblem(value.entries(), ([index, element]) => check(element, `${path}[${index}]`))
      : describeMismatch(path);

/** An object whose members have names of their own, and values of one kind. */
export const recordOf =
  (check: Check): Check =>
  (value, path) =>
    isRecord(value)
      ? firstProblem(Object.entries(value), ([key, held]) => check(held, `${path}.${maskTones(key)}`))
      : describeMismatch(path || "root");

/** What the schema says of an object. */
export interface ObjectSchema {
  /** Members that the schema declares. One that is absent is checked as null. */
  members: Readonly<Record<string, Check>>;
  /** An open type: members that are not declared are none of our business. */
  open?: boolean;
  /** What to say of a member that is not declared. */
  describeUndeclared?: (member: string) => string;
}

/** An object. OData annotations (`@odata.type`, `tones@odata.type`) may stand anywhere. */
export const object =
  ({ members, open = false, describeUndeclared: undeclared = describeUndeclared }: ObjectSchema): Check =>
  (value, path) => {
    if (!isRecord(value)) return describeMismatch(path || "root");
    const stranger = open
      ? undefined
      : Object.keys(value).find((key) => !key.includes("@") && !Object.hasOwn(members, key));
    if (stranger !== undefined) return undeclared(maskTones(stranger));
    const prefix = path ? `${path}.` : "";
    return firstProblem(Object.entries(members), ([key, check]) => check(value[key] ?? null, `${prefix}${key}`));
  };

/** An object of an abstract type: its `@odata.type` says which of the concrete ones it is. */
export const oneOfTypes =
  (types: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    if (!isRecord(value)) return describeMismatch(path);
    const type = String(value["@odata.type"] ?? "").replace(/^#?microsoft\.graph\./, "");
    return Object.hasOwn(types, type) ? types[type]?.(value, path) : describeMismatch(path);
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

const describeUndeclared = (member: string): string =>
  `The property '${member}' does not exist. Make sure to only use property names that are defined by the type.`;

/** What Graph says of a parameter that an action does not have. */
export const describeUndeclaredParameter =
  (action: string) =>
  (member: string): string =>
    `The parameter '${member}' in the request payload is not a valid parameter for the operation '${action}'.`;

function firstProblem<T>(items: Iterable<T>, problemOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
