export { type Call, type CallState, parseCall } from "./call.ts";
export { type Clock, systemClock, type Timer } from "./clock.ts";
export { type DialStep, parseDialString } from "./dial-string.ts";
export { DtmfError, type DtmfErrorCode, InvalidRequestError, InvalidTonesError } from "./errors.ts";
export { formatTones } from "./format-tones.ts";
export type { OpenEnum } from "./json-value.ts";
export type { LogFields, Logger } from "./logger.ts";
export { normalizeId } from "./normalize-id.ts";
export type { ChangeType, CommsNotification, CommsNotifications } from "./notification.ts";
export {
  type AddLargeGalleryViewOperation,
  type CancelMediaProcessingOperation,
  type CommsOperation,
  type InviteParticipantsOperation,
  isOperation,
  type MuteParticipantOperation,
  type OperationKind,
  type OperationStatus,
  type OperationTypes,
  operationKindOf,
  type PlayPromptOperation,
  parseOperation,
  type RecordOperation,
  type SendDtmfCompletionReason,
  type SendDtmfTonesOperation,
  type StartHoldMusicOperation,
  type StopHoldMusicOperation,
  type SubscribeToToneOperation,
  type UnmuteParticipantOperation,
  type UpdateRecordingStatusOperation,
} from "./operation.ts";
export type {
  CallLeases,
  LeasedCall,
  OpenOptions,
  OperationKey,
  OperationStore,
  StoredCallEnd,
  StoredCompletion,
  StoredEvent,
  ToneListener,
  ToneSharing,
} from "./operation-store.ts";
export type {
  CompletionOptions,
  ExpectedOperation,
  OperationWatcher,
  PendingOperation,
} from "./operation-watcher.ts";
export { type OperationOutcome, outcomeOf } from "./outcome.ts";
export { explainResultInfo, parseResultInfo, type ResultExplanation, type ResultInfo } from "./result-info.ts";
export { isSecretTones, type SecretTones, secretTones } from "./secret-tones.ts";
export type {
  Telemetry,
  TelemetryAttributes,
  TelemetryInstrumentOptions,
  TelemetryMeter,
  TelemetryObservable,
  TelemetrySpan,
  TelemetryTracer,
} from "./telemetry.ts";
export { isTone, parseTones, TONES, type Tone } from "./tone.ts";
export { parseToneInfo, type ToneInfo } from "./tone-info.ts";
