import { isRecord, normalizeId, type OpenEnum, openMemberOf, put, toText } from "./reading.ts";
import { parseResultInfo, type ResultInfo } from "./result-info.ts";

/** @see Graph v1.0 schema, enum `operationStatus`: PascalCase there, lower case on the wire, and the wire is what counts. */
export type OperationStatus = "notStarted" | "running" | "completed" | "failed";

// The likeliest of each comes first, for they are asked in this order.
const STATUSES: readonly OperationStatus[] = ["completed", "running", "failed", "notStarted"];

/** @see Graph v1.0 schema, enum `sendDtmfCompletionReason` */
export type SendDtmfCompletionReason =
  | "unknown"
  | "completedSuccessfully"
  | "mediaOperationCanceled"
  | "unknownFutureValue";

/** Those of tones and prompts, then those that beta gives recordings. */
const COMPLETION_REASONS = [
  "completedSuccessfully",
  "mediaOperationCanceled",
  "unknown",
  "unknownFutureValue",
  "operationCanceled",
  "stopToneDetected",
  "maxRecordDurationReached",
  "initialSilenceTimeout",
  "maxSilenceTimeout",
  "playPromptFailed",
  "playBeepFailed",
  "mediaReceiveTimeout",
  "unspecifiedError",
];

/**
 * Something that Graph does in a call and reports on twice: in its answer to the request, and, unless it was over by
 * then, in a notification.
 *
 * The type is open, as Graph's is: members that are not named here are kept as they came.
 *
 * @see Graph v1.0, resource type `commsOperation`
 */
export interface CommsOperation {
  /** Graph's id of the operation, GUIDs lower-case with dashes; empty where neither body nor URL had one. */
  id: string;
  /** `null` means running. Members of the future are kept as they came. */
  status: OpenEnum<OperationStatus> | null;
  /** What the request gave to find its operation again: at most 256 ASCII characters, not unique in every bot. */
  clientContext?: string;
  resultInfo?: ResultInfo;
  "@odata.type"?: string;
  [member: string]: unknown;
}

/** @see Graph v1.0, resource type `sendDtmfTonesOperation` */
export interface SendDtmfTonesOperation extends CommsOperation {
  /** How the sending ended; `completed` is the status of every ending, so this is what tells whether tones were played. */
  completionReason?: OpenEnum<SendDtmfCompletionReason>;
}

/** @see Graph v1.0, resource type `subscribeToToneOperation` */
export interface SubscribeToToneOperation extends CommsOperation {}

/** @see Graph v1.0, resource type `cancelMediaProcessingOperation` */
export interface CancelMediaProcessingOperation extends CommsOperation {}

/** @see Graph v1.0, resource type `playPromptOperation`; its completionReason exists in beta only. */
export interface PlayPromptOperation extends CommsOperation {
  completionReason?: string;
}

/** @see Graph v1.0, resource type `recordOperation`. The wire has carried other names for location and token than the schema. */
export interface RecordOperation extends CommsOperation {
  completionReason?: string;
  recordingLocation?: string;
  recordingAccessToken?: string;
}

/** @see Graph v1.0, resource type `inviteParticipantsOperation` */
export interface InviteParticipantsOperation extends CommsOperation {
  participants?: unknown[];
}

/** @see Graph v1.0, resource type `muteParticipantOperation` */
export interface MuteParticipantOperation extends CommsOperation {}

/** @see Graph v1.0, resource type `unmuteParticipantOperation` */
export interface UnmuteParticipantOperation extends CommsOperation {}

/** @see Graph v1.0, resource type `updateRecordingStatusOperation` */
export interface UpdateRecordingStatusOperation extends CommsOperation {}

/** @see Graph v1.0, resource type `startHoldMusicOperation` */
export interface StartHoldMusicOperation extends CommsOperation {}

/** @see Graph v1.0, resource type `stopHoldMusicOperation` */
export interface StopHoldMusicOperation extends CommsOperation {}

/** @see Graph v1.0, resource type `addLargeGalleryViewOperation` */
export interface AddLargeGalleryViewOperation extends CommsOperation {}

/** The operations that have a type of their own, by the name that `@odata.type` ends with. */
export interface OperationTypes {
  commsOperation: CommsOperation;
  sendDtmfTonesOperation: SendDtmfTonesOperation;
  subscribeToToneOperation: SubscribeToToneOperation;
  cancelMediaProcessingOperation: CancelMediaProcessingOperation;
  playPromptOperation: PlayPromptOperation;
  recordOperation: RecordOperation;
  inviteParticipantsOperation: InviteParticipantsOperation;
  muteParticipantOperation: MuteParticipantOperation;
  unmuteParticipantOperation: UnmuteParticipantOperation;
  updateRecordingStatusOperation: UpdateRecordingStatusOperation;
  startHoldMusicOperation: StartHoldMusicOperation;
  stopHoldMusicOperation: StopHoldMusicOperation;
  addLargeGalleryViewOperation: AddLargeGalleryViewOperation;
}

/** The kind of an operation: the last part of its `@odata.type`. */
export type OperationKind = keyof OperationTypes;

const TYPE_PREFIX = /^#?microsoft\.graph\./i;

const KINDS: ReadonlyMap<string, OperationKind> = new Map(
  (
    [
      "commsOperation",
      "sendDtmfTonesOperation",
      "subscribeToToneOperation",
      "cancelMediaProcessingOperation",
      "playPromptOperation",
      "recordOperation",
      "inviteParticipantsOperation",
      "muteParticipantOperation",
      "unmuteParticipantOperation",
      "updateRecordingStatusOperation",
      "startHoldMusicOperation",
      "stopHoldMusicOperation",
      "addLargeGalleryViewOperation",
    ] satisfies OperationKind[]
  ).flatMap((kind) => [
    [kind.toLowerCase(), kind],
    // As it is spelled nearly always, so that it is found at once.
    [`#microsoft.graph.${kind}`, kind],
  ]),
);

/** The kind that an `@odata.type` names, in any letter case, with or without `#`; `undefined` for none of ours. */
export function operationKindOf(type: unknown): OperationKind | undefined {
  if (typeof type !== "string") return undefined;
  return KINDS.get(type) ?? KINDS.get(type.replace(TYPE_PREFIX, "").toLowerCase());
}

/**
 * Whether an operation that was read is of this kind, and so has its members.
 *
 * @example
 * if (isOperation(operation, "recordOperation")) console.log(operation.recordingLocation);
 */
export function isOperation<K extends OperationKind>(
  operation: CommsOperation,
  kind: K,
): operation is OperationTypes[K] & { "@odata.type": string } {
  return operationKindOf(operation["@odata.type"]) === kind;
}

/**
 * Reads an operation as Graph spells it on any of its days: types and enums in any letter case, codes as numbers or
 * strings, ids with or without dashes. What it does not know it keeps. `undefined` if `value` is no object.
 */
export function parseOperation(value: unknown): CommsOperation | undefined {
  if (!isRecord(value)) return undefined;
  // A copy of all, of which little ever changes, takes a tenth of the time of one that is put together.
  const operation: Record<string, unknown> = { ...value };
  operation.id = normalizeId(toText(value.id) ?? "");
  operation.status = openMemberOf(STATUSES, value.status) ?? null;
  const type = normalizeType(value["@odata.type"]);
  if (type !== value["@odata.type"]) put(operation, "@odata.type", type);
  const clientContext = toText(value.clientContext);
  if (clientContext !== value.clientContext) put(operation, "clientContext", clientContext);
  const completionReason = openMemberOf(COMPLETION_REASONS, value.completionReason);
  if (completionReason !== value.completionReason) put(operation, "completionReason", completionReason);
  if (value.resultInfo !== undefined) put(operation, "resultInfo", parseResultInfo(value.resultInfo));
  return operation as CommsOperation;
}

function normalizeType(type: unknown): string | undefined {
  if (type === "#microsoft.graph.sendDtmfTonesOperation") return type;
  const kind = operationKindOf(type);
  return kind ? `#microsoft.graph.${kind}` : toText(type);
}
