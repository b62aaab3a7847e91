import { type ChangeType, type OpenEnum, parseCall, parseOperation } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";
import type {
  CallNotification,
  Notification,
  OperationNotification,
  ParticipantsNotification,
  ToneNotification,
  UnknownNotification,
} from "./notification.ts";
import { resourceKindOf } from "./resource-kind.ts";
import { MAX_ID_LENGTH, parseResourcePath, type ResourcePath } from "./resource-path.ts";

/** One entry of an envelope: the members that all its resources share. */
export interface EnvelopeEntry {
  raw: unknown;
  /** Graph omits it sometimes; then notifications have `updated`. */
  changeType: OpenEnum<ChangeType> | undefined;
  path: ResourcePath | undefined;
  /** Which id is used if both exist. The path of an entry names its only resource; several resources name themselves. */
  preferredId: "path" | "resource";
}

/** Reads one resource of an entry. Returns `undefined` if its kind is unknown or it belongs to no call. */
export function readResource(entry: EnvelopeEntry, data: unknown): Notification | undefined {
  if (!isRecord(data)) return data === undefined || data === null ? readEntryWithoutData(entry) : undefined;
  const path = entry.path ?? parseResourcePath(data["@odata.id"]);
  switch (resourceKindOf(data, path)) {
    case "operation":
      return path && readOperation(entry, data, path);
    case "call":
      return readCall(entry, data, path);
    case "participant":
      return path && toParticipants(entry, [data], path);
    default:
      return undefined;
  }
}

/** An entry without data is only meaningful if it reports the end of a call. */
function readEntryWithoutData(entry: EnvelopeEntry): Notification | undefined {
  const isCall = entry.path !== undefined && entry.path.collection === undefined;
  return isCall && entry.changeType === "deleted" ? readCall(entry, {}, entry.path) : undefined;
}

function readOperation(
  { raw, changeType = "updated", preferredId }: EnvelopeEntry,
  data: Record<string, unknown>,
  path: ResourcePath,
): OperationNotification | undefined {
  const operation = parseOperation(data);
  if (!operation) return undefined;
  const pathId = operationIdOf(path) || operationIdOf(parseResourcePath(data["@odata.id"]));
  // Empty if neither the path nor the body has an id.
  const operationId = preferredId === "path" ? pathId || operation.id : operation.id || pathId;
  if (operation.id === "") operation.id = operationId;
  const longest = Math.max(operationId.length, operation.id.length, operation.clientContext?.length ?? 0);
  if (longest > MAX_ID_LENGTH) return undefined;
  return { kind: "operation", callId: path.callId, operationId, changeType, operation, raw };
}

function operationIdOf(path: ResourcePath | undefined): string {
  return path?.collection === "operations" && path.key !== undefined ? path.key : "";
}

/** Returns `undefined` if neither the path nor the body has the id of the call. */
function readCall(
  { raw, changeType = "updated", preferredId }: EnvelopeEntry,
  data: Record<string, unknown>,
  path: ResourcePath | undefined,
): CallNotification | ToneNotification | undefined {
  const call = parseCall(data);
  if (!call) return undefined;
  const pathId = path?.callId ?? "";
  const callId = preferredId === "path" ? pathId || call.id : call.id || pathId;
  if (callId === "" || callId.length > MAX_ID_LENGTH) return undefined;
  if (call.id === "") call.id = callId;
  const { toneInfo } = call;
  // parseCall leaves a toneInfo that it cannot read as it is.
  if (!toneInfo || toneInfo === data.toneInfo) return { kind: "call", callId, changeType, call, raw };
  return { kind: "tone", callId, changeType, toneInfo, call, raw };
}

/** Creates one notification for all participants of an entry. */
export function toParticipants(
  { raw, changeType = "updated" }: EnvelopeEntry,
  participants: unknown[],
  { callId }: ResourcePath,
): ParticipantsNotification {
  return { kind: "participants", callId, changeType, participants, raw };
}

/** Creates the notification of an entry that cannot be read. */
export function toUnknown({ raw, changeType, path }: EnvelopeEntry): UnknownNotification {
  return {
    kind: "unknown",
    ...(path && { callId: path.callId }),
    ...(changeType !== undefined && { changeType }),
    raw,
  };
}
