import type { CommsNotifications } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";
import type { SpellingFault } from "../faults/fault.ts";

/** Another form of the same notification. */
export type NotificationVariant = SpellingFault["spell"];

/** Rewrites one property. It is called for the properties of all objects of an envelope. */
type Rewrite = (key: string, value: unknown) => readonly [key: string, value: unknown];

const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const ENUMS: readonly string[] = ["changeType", "state", "status", "completionReason", "tone"];
const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The variants that rewrite properties. The others change the encoding or the protocol. */
const REWRITES: Partial<Record<NotificationVariant, Rewrite>> = {
  pascalCase(key, value) {
    if (typeof value !== "string") return [key, value];
    if (key === "@odata.type")
      return [key, value.replace(/^#microsoft\.graph\.(.*)$/, (_, name) => `#Microsoft.Graph.${capitalize(name)}`)];
    return [key, ENUMS.includes(key) ? capitalize(value) : value];
  },
  upperDashless: (key, value) => [key, key === "resourceUrl" ? String(value).replace(GUID, toDashless) : value],
  noId: (key, value) => [key, key === "resourceData" ? omitMember("id", value) : value],
  noSlash: (key, value) => [key, key === "resourceUrl" ? String(value).replace(/^\//, "") : value],
  appPath: (key, value) =>
    key === "resourceUrl" ? ["resource", String(value).replace("/communications/", "/app/")] : [key, value],
  stringNumbers: (key, value) => [key, typeof value === "number" ? String(value) : value],
};

const omitMember = (name: string, value: unknown): unknown =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => key !== name)) : value;

const toDashless = (guid: string): string => guid.replaceAll("-", "").toUpperCase();

/** Returns the envelope in a variant. */
export function applyVariant(envelope: CommsNotifications, variant: NotificationVariant | undefined): unknown {
  const rewrite = variant && REWRITES[variant];
  return rewrite ? rewriteMembers(envelope, rewrite) : envelope;
}

function rewriteMembers(value: unknown, rewrite: Rewrite): unknown {
  if (Array.isArray(value)) return value.map((element) => rewriteMembers(element, rewrite));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => rewrite(key, rewriteMembers(member, rewrite))),
  );
}

/** Serializes and encodes a body: in UTF-8, or in Windows-1252, which Graph has also used. */
export function encodeBody(
  body: unknown,
  variant: NotificationVariant | undefined,
): { charset: string; bytes: Uint8Array } {
  const text = JSON.stringify(body);
  if (variant !== "windows1252") return { charset: "utf-8", bytes: Buffer.from(text, "utf8") };
  // Latin-1 equals Windows-1252 except for the characters below, which are written as JSON escapes.
  const escaped = text.replace(
    /[^\x20-\x7e\xa0-\xff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return { charset: "Windows-1252", bytes: Buffer.from(escaped, "latin1") };
}
