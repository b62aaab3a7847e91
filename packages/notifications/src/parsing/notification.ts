import type { Call, ChangeType, CommsOperation, OpenEnum, ToneInfo } from "@graph-dtmf/models";

/** The members that every notification has. */
export interface NotificationBase<Kind extends string> {
  kind: Kind;
  /** Tenant of the verified token of the request; absent if nothing was verified. */
  tenantId?: string;
  /** The entry of the envelope, unchanged. */
  raw: unknown;
}

/** An operation started, progressed or ended. */
export interface OperationNotification extends NotificationBase<"operation"> {
  callId: string;
  operationId: string;
  changeType: OpenEnum<ChangeType>;
  operation: CommsOperation;
}

/** A person pressed a key: an update of a call that carries `toneInfo`. */
export interface ToneNotification extends NotificationBase<"tone"> {
  callId: string;
  changeType: OpenEnum<ChangeType>;
  toneInfo: ToneInfo;
  call: Call;
}

/** A call came in, changed its state, or ended. */
export interface CallNotification extends NotificationBase<"call"> {
  callId: string;
  changeType: OpenEnum<ChangeType>;
  call: Call;
}

/** The participants of a call changed. */
export interface ParticipantsNotification extends NotificationBase<"participants"> {
  callId: string;
  changeType: OpenEnum<ChangeType>;
  participants: unknown[];
}

/** Any other entry. `raw` has its content. */
export interface UnknownNotification extends NotificationBase<"unknown"> {
  callId?: string;
  changeType?: OpenEnum<ChangeType>;
}

/** One notification that Graph posted to a callback URL. `kind` selects the type. */
export type Notification =
  | OperationNotification
  | ToneNotification
  | CallNotification
  | ParticipantsNotification
  | UnknownNotification;
