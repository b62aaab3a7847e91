export type { BodyFault, BodyLimits, BodyReading } from "./http/body.ts";
export type { FetchOptions, FetchRequest } from "./http/fetch.ts";
export type { NotificationAnswer, NotificationRequest, Receive } from "./http/notification-request.ts";
export { InvalidNotificationError } from "./parsing/errors.ts";
export type {
  CallNotification,
  Notification,
  NotificationBase,
  OperationNotification,
  ParticipantsNotification,
  ToneNotification,
  UnknownNotification,
} from "./parsing/notification.ts";
export { parseNotifications } from "./parsing/parse-notifications.ts";
export type { ErrorListener } from "./receiver/error-reporter.ts";
export { BodyAlreadyReadError, NotificationDroppedError, RedirectTimeoutError } from "./receiver/errors.ts";
export type { NotificationHandler, NotificationKind, NotificationOfKind } from "./receiver/handlers.ts";
export {
  createNotificationReceiver,
  type NotificationReceiver,
  type NotificationReceiverOptions,
} from "./receiver/notification-receiver.ts";
export type { OperationCounts } from "./receiver/observer.ts";
export type { RedirectIncoming } from "./receiver/redirect-incoming.ts";
export type { HeardTone, ToneIterator } from "./tones/tone-reorder-buffer.ts";
export { createOperationTracker } from "./tracker/create-operation-tracker.ts";
export { createMemoryOperationStore } from "./tracker/memory-store.ts";
export type { OperationTracker, OperationTrackerOptions, ToneSubscription } from "./tracker/operation-tracker.ts";
export {
  type AuthenticationFault,
  KeysUnavailableError,
  NotificationAuthenticationError,
} from "./verification/errors.ts";
export { createGraphCallingVerifier } from "./verification/graph-calling-verifier.ts";
export type { NotificationVerifier, VerifiedSender } from "./verification/notification-verifier.ts";
export type { GraphCallingVerifierOptions } from "./verification/verifier-options.ts";
