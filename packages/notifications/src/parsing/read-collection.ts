import { isRecord } from "@graph-dtmf/models/internal";
import type { Notification } from "./notification.ts";
import { type EnvelopeEntry, readResource, toParticipants, toUnknown } from "./read-resource.ts";
import { resourceKindOf } from "./resource-kind.ts";
import { parseResourcePath, type ResourcePath } from "./resource-path.ts";

/**
 * Reads the resources of one entry: one notification for each operation and each call, one for all participants, and one
 * of kind `unknown` if at least one resource cannot be read.
 */
export function readCollection(entry: EnvelopeEntry, elements: readonly unknown[]): Notification[] {
  const preferredId = elements.length === 1 ? "path" : "resource";
  const participants: unknown[] = [];
  const notifications: Notification[] = [];
  let hasUnreadable = false;
  for (const element of elements) {
    const path = preferredId === "path" ? (entry.path ?? ownPath(element)) : (ownPath(element) ?? entry.path);
    if (isParticipant(element, path)) {
      participants.push(element);
      continue;
    }
    const notification = isRecord(element) ? readResource({ ...entry, path, preferredId }, element) : undefined;
    if (notification) notifications.push(notification);
    else hasUnreadable = true;
  }
  const path = entry.path ?? ownPath(participants[0]);
  // An empty list of participants means that all have left. Any other empty list has no meaning.
  const isEmptied = elements.length === 0 && path?.collection === "participants";
  if (path && (participants.length > 0 || isEmptied)) {
    notifications.push(toParticipants(entry, participants, path));
  }
  if (hasUnreadable || notifications.length === 0) notifications.push(toUnknown(entry));
  return notifications;
}

function ownPath(element: unknown): ResourcePath | undefined {
  return isRecord(element) ? parseResourcePath(element["@odata.id"]) : undefined;
}

function isParticipant(element: unknown, path: ResourcePath | undefined): boolean {
  return isRecord(element) ? resourceKindOf(element, path) === "participant" : path?.collection === "participants";
}
