import { InvalidRequestError } from "@graph-dtmf/models";
import { isNonEmptyText, isRecord } from "@graph-dtmf/models/internal";
import { parseJoinUrl } from "./join-url.ts";

/** The callee: a Teams user by id, or a telephone by number. */
export type CallTarget = { user: { id: string } } | { phone: { id: string } };

/** A meeting to join, in any of the forms that identify one. */
export type Meeting =
  /** The link in the invitation: `https://teams.microsoft.com/l/meetup-join/…`. */
  | { joinUrl: string }
  /** "Meeting ID" and "Passcode" in the invitation. Spaces in the id are removed. */
  | { joinMeetingId: string; passcode?: string }
  /** Organizer and chat of Graph's onlineMeeting resource. */
  | {
      organizer: { id: string; tenantId?: string };
      /** `messageId` is `0`, unless the meeting is a reply to a message in a channel. */
      chatInfo: { threadId: string; messageId?: string; replyChainMessageId?: string };
    };

/** A call to create, to people or into a meeting. The service hosts the media of the call. */
export type CreateCallRequest = {
  /** The URL to which Graph posts the notifications of this call: https, or http on this machine for the simulator. */
  callbackUri: string;
  /** The tenant of the call. The credential is called with it. */
  tenantId: string;
} & ({ targets: readonly CallTarget[]; meeting?: never } | { meeting: Meeting; targets?: never });

/**
 * Creates the body of a new call.
 *
 * @throws InvalidRequestError for input that Graph would refuse. Its message repeats nothing of a meeting, because ids,
 * links and passcodes give access to it.
 */
export function createCallBody(request: CreateCallRequest): object {
  if (!isRecord(request)) {
    throw new InvalidRequestError("the request must be { callbackUri, tenantId, targets or meeting }");
  }
  const { callbackUri, tenantId, targets, meeting } = request;
  checkCallbackUri(callbackUri);
  if (!isNonEmptyText(tenantId)) throw new InvalidRequestError("tenantId must be a non-empty string");
  if ((targets === undefined) === (meeting === undefined)) {
    throw new InvalidRequestError("the request must have either targets or meeting");
  }
  return withODataType("call", {
    callbackUri,
    tenantId,
    ...(meeting === undefined ? { targets: toParticipants(targets) } : toMeetingParts(meeting)),
    requestedModalities: ["audio"],
    mediaConfig: withODataType("serviceHostedMediaConfig", {}),
  });
}

/** @throws InvalidRequestError unless the value is an absolute URL. */
export function checkCallbackUri(callbackUri: unknown): void {
  if (typeof callbackUri === "string" && URL.canParse(callbackUri)) return;
  throw new InvalidRequestError("callbackUri must be an absolute URL");
}

/** Adds the `@odata.type` that Graph requires on every part of a body. */
export function withODataType<Members extends object>(type: string, members: Members): Members {
  return { "@odata.type": `#microsoft.graph.${type}`, ...members };
}

function toParticipants(targets: unknown): object[] {
  if (!Array.isArray(targets) || targets.length === 0) {
    throw new InvalidRequestError("targets must be a non-empty array");
  }
  // Array.from also visits holes, which targets.map would skip.
  return Array.from(targets, (target, index) =>
    withODataType("invitationParticipantInfo", { identity: withODataType("identitySet", toIdentity(target, index)) }),
  );
}

function toIdentity(target: unknown, index: number): object {
  for (const kind of ["user", "phone"]) {
    const identity = isRecord(target) ? target[kind] : undefined;
    if (isRecord(identity) && isNonEmptyText(identity.id)) {
      return { [kind]: withODataType("identity", { id: identity.id }) };
    }
  }
  throw new InvalidRequestError(`targets[${index}] must be { user: { id } } or { phone: { id } }`);
}

/** @see Graph v1.0, application: create call; resource types `organizerMeetingInfo`, `joinMeetingIdMeetingInfo` */
function toMeetingParts(meeting: unknown): object {
  if (isRecord(meeting) && meeting.joinUrl !== undefined) {
    const { organizer, ...chatInfo } = parseJoinUrl(meeting.joinUrl);
    return fromOrganizer(organizer, chatInfo);
  }
  if (isRecord(meeting) && meeting.joinMeetingId !== undefined) return fromMeetingId(meeting);
  if (isRecord(meeting)) return fromOrganizer(meeting.organizer, meeting.chatInfo);
  throw new InvalidRequestError("meeting must be { joinUrl }, { joinMeetingId, passcode? } or { organizer, chatInfo }");
}

function fromMeetingId({ joinMeetingId, passcode = null }: Record<string, unknown>): object {
  const id = typeof joinMeetingId === "string" ? joinMeetingId.replaceAll(" ", "") : "";
  if (!isNonEmptyText(id)) throw new InvalidRequestError("meeting.joinMeetingId must be a non-empty string");
  if (passcode !== null && !isNonEmptyText(passcode)) {
    throw new InvalidRequestError("meeting.passcode must be a non-empty string, or absent");
  }
  return { meetingInfo: withODataType("joinMeetingIdMeetingInfo", { joinMeetingId: id, passcode }) };
}

function fromOrganizer(organizer: unknown, chatInfo: unknown): object {
  const { id, tenantId }: Record<string, unknown> = isRecord(organizer) ? organizer : {};
  const chat: Record<string, unknown> = isRecord(chatInfo) ? chatInfo : {};
  const { threadId, messageId = "0", replyChainMessageId } = chat;
  const required = [id, threadId, messageId];
  const optional = [tenantId, replyChainMessageId];
  if (!required.every(isNonEmptyText) || !optional.every(isOptionalText)) {
    throw new InvalidRequestError(
      "meeting must be { organizer: { id, tenantId? }, chatInfo: { threadId, messageId?, replyChainMessageId? } } with non-empty strings",
    );
  }
  const user = withODataType("identity", { id, ...(tenantId !== undefined && { tenantId }) });
  return {
    chatInfo: withODataType("chatInfo", {
      threadId,
      messageId,
      ...(replyChainMessageId !== undefined && { replyChainMessageId }),
    }),
    meetingInfo: withODataType("organizerMeetingInfo", { organizer: withODataType("identitySet", { user }) }),
  };
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || isNonEmptyText(value);
}
