import { isRecord, type OpenEnum, openMemberOf, setOrDelete, toText } from "./json-value.ts";
import { normalizeId } from "./normalize-id.ts";
import { parseResultInfo, type ResultInfo } from "./result-info.ts";

/**
 * @see Graph v1.0 schema, enum `operationStatus`: PascalCase there, lower case in real payloads, which is what this
 * type has.
 */
export type OperationStatus = "notStarted" | "running" | "completed" | "failed";

// The most frequent one comes first, because the list is searched in order.
const STATUSES: readonly OperationStatus[] = ["completed", "running", "failed", "notStarted"];

/** @see Graph v1.0 schema, enum `sendDtmfCompletionReason` */
export type SendDtmfCompletionReason =
  | "unknown"
  | "completedSuccessfully"
  | "mediaOperationCanceled"
  | "unknownFutureValue";

/** The values for tones and prompts, then those of recordings in beta. */
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
 * An action of Graph in a call that it reports twice: in the response to the request, and in a notification unless
 * it had ended by then.
 *
 * The type is open like Graph's: other members are kept as received.
 *
 * @see Graph v1.0, resource type `commsOperation`
 */
export interface CommsOperation {
  /** Graph's id of the operation, a GUID in lower case with dashes. Empty if neither body nor URL had one. */
  id: string;
  /** `null` means running. Unknown values are kept as received. */
  status: OpenEnum<OperationStatus> | null;
  /**
   * The value that the request gave to identify its operation: at most 256 ASCII characters, not unique in every
   * bot.
   */
  clientContext?: string;
  resultInfo?: ResultInfo;
  "@odata.type"?: string;
  [member: string]: unknown;
}

/** @see Graph v1.0, resource type `sendDtmfTonesOperation` */
export interface SendDtmfTonesOperation extends CommsOperation {
  /**
   * How the sending ended. `status` is `completed` for every ending, so only this value says whether the tones were
   * played.
   */
  completionReason?: OpenEnum<SendDtmfCompletionReason>;
}

/** @see Graph v1.0, resource type `subscribeToToneOperation` */
export interface SubscribeToToneOperation extends CommsOperation {}

/** @see Graph v1.0, resource type `cancelMediaProcessingOperation` */
export interface CancelMediaProcessingOperation extends CommsOperation {}

/** @see Graph v1.0, resource type `playPromptOperation`. Its completionReason exists in beta only. */
export interface PlayPromptOperation extends CommsOperation {
  completionReason?: string;
}

/**
 * @see Graph v1.0, resource type `recordOperation`. Real payloads have had other names for location and token than
 * the schema.
 */
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

/** The operations with a type of their own, by the last part of their `@odata.type`. */
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
    // The usual spelling.
    [`#microsoft.graph.${kind}`, kind],
  ]),
);

/**
 * The kind that an `@odata.type` names, in any letter case, with or without `#`. `undefined` if it is no documented
 * one.
 */
export function operationKindOf(type: unknown): OperationKind | undefined {
  if (typeof type !== "string") return undefined;
  return KINDS.get(type) ?? KINDS.get(type.replace(TYPE_PREFIX, "").toLowerCase());
}

/**
 * Whether a parsed operation is of this kind, and so has its members.
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
 * Parses an operation in any spelling that Graph has used: types and enums in any letter case, codes as numbers or
 * strings, ids with or without dashes. Unknown members and values are kept. Returns `undefined` if `value` is no
 * object.
 */
export function parseOperation(value: unknown): CommsOperation | undefined {
  if (!isRecord(value)) return undefined;
  const operation: Record<string, unknown> = { ...value };
  operation.id = normalizeId(toText(value.id) ?? "");
  operation.status = openMemberOf(STATUSES, value.status) ?? null;
  const type = normalizeType(value["@odata.type"]);
  if (type !== value["@odata.type"]) setOrDelete(operation, "@odata.type", type);
  const clientContext = toText(value.clientContext);
  if (clientContext !== value.clientContext) setOrDelete(operation, "clientContext", clientContext);
  const completionReason = openMemberOf(COMPLETION_REASONS, value.completionReason);
  if (completionReason !== value.completionReason) setOrDelete(operation, "completionReason", completionReason);
  if (value.resultInfo !== undefined) setOrDelete(operation, "resultInfo", parseResultInfo(value.resultInfo));
  return operation as CommsOperation;
}

function normalizeType(type: unknown): string | undefined {
  if (type === "#microsoft.graph.sendDtmfTonesOperation") return type;
  const kind = operationKindOf(type);
  return kind ? `#microsoft.graph.${kind}` : toText(type);
}
