export {
  type AuthenticationFault,
  InvalidNotificationError,
  KeysUnavailableError,
  NotificationAuthenticationError,
} from "./errors.ts";
export type { FetchOptions, FetchRequest } from "./fetch.ts";
export type { NotificationHandler, NotificationKind, NotificationOfKind } from "./handlers.ts";
export { createMemoryOperationStore } from "./memory-store.ts";
export type {
  CallNotification,
  Notification,
  OperationNotification,
  ParticipantsNotification,
  ToneNotification,
  UnknownNotification,
} from "./notification.ts";
export type { NotificationVerifier, VerifiedSender } from "./notification-verifier.ts";
export type { OperationTracker, ToneSubscription } from "./operation-tracker.ts";
export { parseNotifications } from "./parse.ts";
export { createNotificationReceiver, type NotificationReceiver, type NotificationReceiverOptions } from "./receive.ts";
export type { HeardTone } from "./tone-numbering.ts";
export { createOperationTracker } from "./track.ts";
export type { OperationTrackerOptions } from "./tracker-options.ts";
export type { GraphCallingVerifierOptions } from "./verifier-options.ts";
export { createGraphCallingVerifier } from "./verify.ts";
