import { InvalidRequestError } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";
import { parseJoinUrl } from "./join-url.ts";
import { typed } from "./typed.ts";

/** Somebody to call: a Teams user by id, or a telephone by number. */
export type CallTarget = { user: { id: string } } | { phone: { id: string } };

/** A meeting to join, by whatever is known of it. */
export type Meeting =
  /** The link of the invitation: `https://teams.microsoft.com/l/meetup-join/…`. */
  | { joinUrl: string }
  /** What the invitation says under "Meeting ID" and "Passcode"; spaces in the id are left out. */
  | { joinMeetingId: string; passcode?: string }
  /** What Graph says of an onlineMeeting: its organizer and its chat. */
  | {
      organizer: { id: string; tenantId?: string };
      /** `messageId` is `0` unless the meeting hangs below a message of a channel. */
      chatInfo: { threadId: string; messageId?: string; replyChainMessageId?: string };
    };

/** A call to make, with media that the service hosts: to people, or into a meeting. */
export type CreateCallRequest = {
  /** Where Graph posts the notifications of this call: https, or http on this machine for the simulator. */
  callbackUri: string;
  /** The tenant in which the call takes place; the credential is asked for its token. */
  tenantId: string;
} & ({ targets: readonly CallTarget[]; meeting?: never } | { meeting: Meeting; targets?: never });

/**
 * The body of a new call.
 *
 * @throws InvalidRequestError for what Graph would refuse. Nothing of a meeting is repeated in it: it lets people in.
 */
export function createCallBody(request: CreateCallRequest): object {
  if (!isRecord(request)) throw new InvalidRequestError("expected { callbackUri, tenantId, targets or meeting }");
  const { callbackUri, tenantId, targets, meeting } = request;
  checkCallbackUri(callbackUri);
  if (typeof tenantId !== "string" || tenantId === "") throw new InvalidRequestError("tenantId must not be empty");
  if ((targets === undefined) === (meeting === undefined)) {
    throw new InvalidRequestError("expected either targets or meeting");
  }
  return typed("call", {
    callbackUri,
    tenantId,
    ...(meeting === undefined ? { targets: invitations(targets) } : joining(meeting)),
    requestedModalities: ["audio"],
    mediaConfig: typed("serviceHostedMediaConfig", {}),
  });
}

/** @throws InvalidRequestError unless it is an absolute URL. */
export function checkCallbackUri(callbackUri: unknown): void {
  if (typeof callbackUri === "string" && URL.canParse(callbackUri)) return;
  throw new InvalidRequestError("callbackUri must be an absolute URL");
}

function invitations(targets: unknown): object[] {
  if (!Array.isArray(targets) || targets.length === 0) throw new InvalidRequestError("targets must not be empty");
  // Not targets.map: it would pass over a hole.
  return Array.from(targets, (target, index) =>
    typed("invitationParticipantInfo", { identity: typed("identitySet", identityOf(target, index)) }),
  );
}

function identityOf(target: unknown, index: number): object {
  for (const kind of ["user", "phone"]) {
    const identity = isRecord(target) ? target[kind] : undefined;
    if (isRecord(identity) && isText(identity.id)) return { [kind]: typed("identity", { id: identity.id }) };
  }
  throw new InvalidRequestError(`targets[${index}] must be { user: { id } } or { phone: { id } }`);
}

/** @see Graph v1.0, application: create call; resource types `organizerMeetingInfo`, `joinMeetingIdMeetingInfo` */
function joining(meeting: unknown): object {
  if (isRecord(meeting) && meeting.joinUrl !== undefined) {
    const { organizer, ...chatInfo } = parseJoinUrl(meeting.joinUrl);
    return ofOrganizer(organizer, chatInfo);
  }
  if (isRecord(meeting) && meeting.joinMeetingId !== undefined) return byMeetingId(meeting);
  if (isRecord(meeting)) return ofOrganizer(meeting.organizer, meeting.chatInfo);
  throw new InvalidRequestError("meeting must be { joinUrl }, { joinMeetingId, passcode? } or { organizer, chatInfo }");
}

function byMeetingId({ joinMeetingId, passcode = null }: Record<string, unknown>): object {
  const id = typeof joinMeetingId === "string" ? joinMeetingId.replaceAll(" ", "") : "";
  if (!isText(id)) throw new InvalidRequestError("meeting.joinMeetingId must be a text that is not empty");
  if (passcode !== null && !isText(passcode)) {
    throw new InvalidRequestError("meeting.passcode must be a text that is not empty, or absent");
  }
  return { meetingInfo: typed("joinMeetingIdMeetingInfo", { joinMeetingId: id, passcode }) };
}

function ofOrganizer(organizer: unknown, chatInfo: unknown): object {
  const { id, tenantId }: Record<string, unknown> = isRecord(organizer) ? organizer : {};
  const chat: Record<string, unknown> = isRecord(chatInfo) ? chatInfo : {};
  const { threadId, messageId = "0", replyChainMessageId } = chat;
  if (!isText(id) || !areTexts(tenantId) || !isText(threadId) || !isText(messageId) || !areTexts(replyChainMessageId)) {
    throw new InvalidRequestError(
      "meeting must be { organizer: { id, tenantId? }, chatInfo: { threadId, messageId?, replyChainMessageId? } }, of texts",
    );
  }
  const user = typed("identity", { id, ...(tenantId !== undefined && { tenantId }) });
  return {
    chatInfo: typed("chatInfo", {
      threadId,
      messageId,
      ...(replyChainMessageId !== undefined && { replyChainMessageId }),
    }),
    meetingInfo: typed("organizerMeetingInfo", { organizer: typed("identitySet", { user }) }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function areTexts(value: unknown): boolean {
  return value === undefined || isText(value);
}
