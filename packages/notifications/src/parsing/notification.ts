import type { Call, ChangeType, CommsOperation, OpenEnum, ToneInfo } from "@graph-dtmf/models";

/** What every notification says of itself. */
interface NotificationOf<Kind extends string> {
  kind: Kind;
  /** Tenant of the verified token that the notification came under; absent where nothing was verified. */
  tenantId?: string;
  /** The entry of the envelope as it came, with all that we did not read. */
  raw: unknown;
}

/** An operation began, went on, or ended. */
export interface OperationNotification extends NotificationOf<"operation"> {
  callId: string;
  operationId: string;
  changeType: OpenEnum<ChangeType>;
  operation: CommsOperation;
}

/** Somebody pressed a key: an update of a call that carries `toneInfo`. */
export interface ToneNotification extends NotificationOf<"tone"> {
  callId: string;
  changeType: OpenEnum<ChangeType>;
  toneInfo: ToneInfo;
  call: Call;
}

/** A call came, changed its state, or ended. */
export interface CallNotification extends NotificationOf<"call"> {
  callId: string;
  changeType: OpenEnum<ChangeType>;
  call: Call;
}

/** Who is in a call changed. */
export interface ParticipantsNotification extends NotificationOf<"participants"> {
  callId: string;
  changeType: OpenEnum<ChangeType>;
  participants: unknown[];
}

/** Anything else: kept, and handed on. */
export interface UnknownNotification extends NotificationOf<"unknown"> {
  callId?: string;
  changeType?: OpenEnum<ChangeType>;
}

/** One entry of what Graph posts to a callback URL, read; `kind` tells which. */
export type Notification =
  | OperationNotification
  | ToneNotification
  | CallNotification
  | ParticipantsNotification
  | UnknownNotification;
