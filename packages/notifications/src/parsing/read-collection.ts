import { isRecord } from "@graph-dtmf/models/internal";
import type { Entry } from "./entry.ts";
import type { Notification } from "./notification.ts";
import { participantsOf, readResource, unknownOf } from "./read-resource.ts";
import { resourceKindOf } from "./resource-kind.ts";
import { parseResourcePath, type ResourcePath } from "./resource-path.ts";

/**
 * Reads the resources that one entry packs: each operation and each call by itself, all participants together, and
 * what cannot be read, if anything, once.
 */
export function readCollection(entry: Entry, elements: readonly unknown[]): Notification[] {
  const packs = elements.length === 1 ? "one" : "several";
  const participants: unknown[] = [];
  const read: Notification[] = [];
  let isAllRead = true;
  for (const element of elements) {
    const path = packs === "one" ? (entry.path ?? ownPath(element)) : (ownPath(element) ?? entry.path);
    if (isParticipant(element, path)) {
      participants.push(element);
      continue;
    }
    const notification = isRecord(element) ? readResource({ ...entry, path, packs }, element) : undefined;
    if (notification) read.push(notification);
    else isAllRead = false;
  }
  const path = entry.path ?? ownPath(participants[0]);
  // An empty list of participants says that nobody is left; any other empty list says nothing.
  const isEmptied = elements.length === 0 && path?.collection === "participants";
  if (path && (participants.length > 0 || isEmptied)) {
    read.push(participantsOf(entry, participants, path));
  }
  if (!isAllRead || read.length === 0) read.push(unknownOf(entry));
  return read;
}

function ownPath(element: unknown): ResourcePath | undefined {
  return isRecord(element) ? parseResourcePath(element["@odata.id"]) : undefined;
}

function isParticipant(element: unknown, path: ResourcePath | undefined): boolean {
  return isRecord(element) ? resourceKindOf(element, path) === "participant" : path?.collection === "participants";
}
