import type { ChangeType, OpenEnum } from "@graph-dtmf/models";
import { isRecord, memberOf } from "@graph-dtmf/models/internal";
import type { Entry } from "./entry.ts";
import { entriesOf, parseJson } from "./envelope.ts";
import { readUsualOperation } from "./fast-path.ts";
import type { Notification } from "./notification.ts";
import { readCollection } from "./read-collection.ts";
import { readResource, unknownOf } from "./read-resource.ts";
import { parseResourcePath } from "./resource-path.ts";

/**
 * Reads what Graph posts to a bot's callback URL, in every spelling that Graph has used.
 *
 * Each entry stands for itself: one that cannot be read, or whose type is not known here, becomes a notification of
 * kind `unknown` that holds it as `raw`. An entry that packs several operations or calls becomes as many
 * notifications. Nothing is verified here: ask a `NotificationVerifier` first.
 *
 * @param body The bytes or the text that came, or the JSON that a framework has made of them.
 * @throws InvalidNotificationError only if there is no envelope: no JSON, no object, or no array `value` in it.
 */
export function parseNotifications(body: string | Uint8Array | unknown): Notification[] {
  const isUnread = typeof body === "string" || body instanceof Uint8Array;
  const read = entriesOf(isUnread ? parseJson(body) : body).map(readEntry);
  // Found by a loop: `some` or `flatMap` would cost a thirtieth of all the reading.
  for (const one of read) if (Array.isArray(one)) return read.flat();
  return read as Notification[];
}

/** As many notifications as the entry packs: an array of them if it packs its resources in one. */
function readEntry(raw: unknown): Notification | Notification[] {
  if (!isRecord(raw)) return { kind: "unknown", raw };
  const data = raw.resourceData;
  const changeType = changeTypeOf(raw.changeType);
  const usual = readUsualOperation(raw, changeType);
  if (usual) return usual;
  const path = parseResourcePath(raw.resourceUrl) ?? parseResourcePath(raw.resource);
  const entry: Entry = { raw, changeType, path, packs: "one" };
  return Array.isArray(data) ? readCollection(entry, data) : (readResource(entry, data) ?? unknownOf(entry));
}

// The likeliest first, for they are asked in this order.
const CHANGE_TYPES: readonly ChangeType[] = ["deleted", "updated", "created"];

function changeTypeOf(value: unknown): OpenEnum<ChangeType> | undefined {
  return memberOf(CHANGE_TYPES, value) ?? (typeof value === "string" ? value : undefined);
}
