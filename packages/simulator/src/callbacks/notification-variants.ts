import type { CommsNotifications } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";
import type { SpellingFault } from "../faults/fault.ts";

/** Another way to write the same notification. */
export type NotificationVariant = SpellingFault["spell"];

/** Rewrites one member of an object, wherever it is. */
type Rewrite = (key: string, value: unknown) => readonly [key: string, value: unknown];

const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const ENUMS: readonly string[] = ["changeType", "state", "status", "completionReason", "tone"];
const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** How each spelling writes a member. Those that are not here are no matter of members. */
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

/** The envelope, as this spelling writes it. */
export function applyVariant(envelope: CommsNotifications, spelling: NotificationVariant | undefined): unknown {
  const rewrite = spelling && REWRITES[spelling];
  return rewrite ? rewriteMembers(envelope, rewrite) : envelope;
}

function rewriteMembers(value: unknown, rewrite: Rewrite): unknown {
  if (Array.isArray(value)) return value.map((element) => rewriteMembers(element, rewrite));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => rewrite(key, rewriteMembers(held, rewrite))));
}

/** What goes over the wire: in UTF-8, or in Windows-1252, which Graph has used too. */
export function encodeBody(
  body: unknown,
  spelling: NotificationVariant | undefined,
): { charset: string; bytes: Uint8Array } {
  const text = JSON.stringify(body);
  if (spelling !== "windows1252") return { charset: "utf-8", bytes: Buffer.from(text, "utf8") };
  // Latin-1 is Windows-1252 but for the characters below, which JSON can also write as escapes.
  const escaped = text.replace(
    /[^\x20-\x7e\xa0-\xff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return { charset: "Windows-1252", bytes: Buffer.from(escaped, "latin1") };
}
