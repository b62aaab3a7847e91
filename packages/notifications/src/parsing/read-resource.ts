import { isRecord } from "@graph-dtmf/models/internal";
import type { Entry } from "./entry.ts";
import type { Notification, ParticipantsNotification, UnknownNotification } from "./notification.ts";
import { readCall } from "./read-call.ts";
import { readOperation } from "./read-operation.ts";
import { resourceKindOf } from "./resource-kind.ts";
import { parseResourcePath, type ResourcePath } from "./resource-path.ts";

/** Reads one resource of an entry; `undefined` for what is of no known kind, or of no call. */
export function readResource(entry: Entry, data: unknown): Notification | undefined {
  if (!isRecord(data)) return data === undefined || data === null ? readBareEntry(entry) : undefined;
  const path = entry.path ?? parseResourcePath(data["@odata.id"]);
  switch (resourceKindOf(data, path)) {
    case "operation":
      return path && readOperation(entry, data, path);
    case "call":
      return readCall(entry, data, path);
    case "participant":
      return path && participantsOf(entry, [data], path);
    default:
      return undefined;
  }
}

/** Without data only the end of a call says something. */
function readBareEntry(entry: Entry): Notification | undefined {
  const isCall = entry.path !== undefined && entry.path.collection === undefined;
  return isCall && entry.changeType === "deleted" ? readCall(entry, {}, entry.path) : undefined;
}

/** The participants of an entry, one or many, make one notification. */
export function participantsOf(entry: Entry, participants: unknown[], path: ResourcePath): ParticipantsNotification {
  return {
    kind: "participants",
    callId: path.callId,
    changeType: entry.changeType ?? "updated",
    participants,
    raw: entry.raw,
  };
}

/** What is kept of an entry that could not be read. */
export function unknownOf({ raw, changeType, path }: Entry): UnknownNotification {
  return {
    kind: "unknown",
    ...(path && { callId: path.callId }),
    ...(changeType !== undefined && { changeType }),
    raw,
  };
}
