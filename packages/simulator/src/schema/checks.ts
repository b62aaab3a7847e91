import { INT32_MAX, isRecord } from "@graph-dtmf/models/internal";
import { badRequest } from "../http/graph-error.ts";
import { maskTones } from "../http/mask.ts";

/** Returns a description of the first problem of the value at `path`, without the value; `undefined` if it is valid. */
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
/** Edm.Int32 of at least 0, for counts and durations. */
export const count: Check = matching(
  (value) => typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= INT32_MAX,
);
/** Edm.String with Unicode="false", at most 256 characters. */
export const clientContext: Check = matching(
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are ASCII and allowed.
  (value) => typeof value === "string" && value.length <= 256 && /^[\x00-\x7f]*$/.test(value),
);

/** A member of an enum, in the exact letter case of the wire format. */
export const enumOf = (properties: readonly string[]): Check =>
  matching((value) => typeof value === "string" && properties.includes(value));

/** A value or null, which the schema calls nullable. */
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

/** An object with any property names. Each value must pass the same check. */
export const recordOf =
  (check: Check): Check =>
  (value, path) =>
    isRecord(value)
      ? firstProblem(Object.entries(value), ([key, held]) => check(held, `${path}.${maskTones(key)}`))
      : describeMismatch(path || "root");

/** The properties of an object. */
interface ObjectSchema {
  /** The declared properties. An absent one is checked as null. */
  properties: Readonly<Record<string, Check>>;
  /** Whether the type is open, so that undeclared properties are allowed. Default false. */
  open?: boolean;
  /** Returns the error message for an undeclared property. */
  describeUndeclared?: (member: string) => string;
}

/** An object. OData annotations such as `@odata.type` or `tones@odata.type` are always allowed. */
export const object =
  ({ properties, open = false, describeUndeclared = describeUndeclaredProperty }: ObjectSchema): Check =>
  (value, path) => {
    if (!isRecord(value)) return describeMismatch(path || "root");
    const unexpected = open
      ? undefined
      : Object.keys(value).find((key) => !key.includes("@") && !Object.hasOwn(properties, key));
    if (unexpected !== undefined) return describeUndeclared(maskTones(unexpected));
    const prefix = path ? `${path}.` : "";
    return firstProblem(Object.entries(properties), ([key, check]) => check(value[key] ?? null, `${prefix}${key}`));
  };

/** An object of an abstract type. Its `@odata.type` selects the check of the concrete type. */
export const oneOfTypes =
  (types: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    if (!isRecord(value)) return describeMismatch(path);
    const type = String(value["@odata.type"] ?? "").replace(/^#?microsoft\.graph\./, "");
    return Object.hasOwn(types, type) ? types[type]?.(value, path) : describeMismatch(path);
  };

/** @throws GraphError 400 with the first problem. */
export function checkBody(check: Check, body: unknown): void {
  const problem = check(body, "");
  if (problem !== undefined) throw badRequest(problem);
}

/** Removes the properties that are null: for nullable properties, null means the same as absent. */
export function withoutNulls(body: unknown): unknown {
  return isRecord(body) ? Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) : body;
}

const describeUndeclaredProperty = (member: string): string =>
  `The property '${member}' does not exist. Make sure to only use property names that are defined by the type.`;

/** Returns Graph's error message for a parameter that an action does not have. */
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
