import { type ChangeType, isRecord, memberOf, type OpenEnum } from "@graph-dtmf/models";
import type { Entry } from "./entry.ts";
import { entriesOf, parseJson } from "./envelope.ts";
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
  const notifications: Notification[] = [];
  for (const raw of entriesOf(isUnread ? parseJson(body) : body)) {
    if (isRecord(raw)) readEntry(raw, notifications);
    else notifications.push({ kind: "unknown", raw });
  }
  return notifications;
}

function readEntry(raw: Record<string, unknown>, into: Notification[]): void {
  const data = raw.resourceData;
  const entry: Entry = {
    raw,
    changeType: changeTypeOf(raw.changeType),
    path: parseResourcePath(raw.resourceUrl) ?? parseResourcePath(raw.resource),
    packs: "one",
  };
  if (Array.isArray(data)) readCollection(entry, data, into);
  else into.push(readResource(entry, data) ?? unknownOf(entry));
}

const CHANGE_TYPES: readonly ChangeType[] = ["created", "updated", "deleted"];

function changeTypeOf(value: unknown): OpenEnum<ChangeType> | undefined {
  return memberOf(CHANGE_TYPES, value) ?? (typeof value === "string" ? value : undefined);
}
