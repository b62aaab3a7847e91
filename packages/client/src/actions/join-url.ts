import { InvalidRequestError } from "@graph-dtmf/models";
import { isNonEmptyText, isRecord } from "@graph-dtmf/models/internal";

/** The parts of a meeting that its join URL contains. */
interface JoinUrlParts {
  threadId: string;
  messageId: string;
  replyChainMessageId?: string;
  organizer: { id: string; tenantId?: string };
}

/** The path of the links in invitations: `/l/meetup-join/{thread}/{message}`. */
const MEETUP_JOIN = /^\/l\/meetup-join\/([^/]+)\/([^/]+)\/?$/;

/**
 * Parses the link in the invitation to a Teams meeting. Nothing is fetched.
 *
 * Short links (`/meet/…?p=…`) are not supported: no source says whether `p` is the passcode of the meeting.
 *
 * @throws InvalidRequestError for any other link. Its message does not contain the link, which gives access to the meeting.
 */
export function parseJoinUrl(joinUrl: unknown): JoinUrlParts {
  const url = typeof joinUrl === "string" && URL.canParse(joinUrl) ? new URL(joinUrl) : undefined;
  const [, thread, message] = url?.protocol === "https:" ? (MEETUP_JOIN.exec(url.pathname) ?? []) : [];
  const threadId = decodeSegment(thread);
  const messageId = decodeSegment(message);
  const { Tid, Oid, MessageId } = parseContext(url);
  if (threadId === undefined || messageId === undefined || !isNonEmptyText(Oid)) {
    throw new InvalidRequestError(
      "joinUrl must be a link like https://teams.microsoft.com/l/meetup-join/{thread}/{message}?context={…}; for other links pass joinMeetingId and passcode",
    );
  }
  return {
    threadId,
    messageId,
    // Present for a meeting in a channel, which is a reply to a message.
    ...(isNonEmptyText(MessageId) && { replyChainMessageId: MessageId }),
    organizer: { id: Oid, ...(isNonEmptyText(Tid) && { tenantId: Tid }) },
  };
}

function decodeSegment(segment: string | undefined): string | undefined {
  try {
    return segment && decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** Parses the JSON in the query parameter `context`: `{"Tid":"…","Oid":"…"}`. */
function parseContext(url: URL | undefined): Record<string, unknown> {
  try {
    const context: unknown = JSON.parse(url?.searchParams.get("context") ?? "");
    return isRecord(context) ? context : {};
  } catch {
    return {};
  }
}
