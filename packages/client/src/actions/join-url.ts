import { InvalidRequestError } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";

/** What a join URL tells of its meeting. */
export interface JoinUrlParts {
  threadId: string;
  messageId: string;
  replyChainMessageId?: string;
  organizer: { id: string; tenantId?: string };
}

/** `/l/meetup-join/{thread}/{message}`, as the links in invitations are made. */
const MEETUP_JOIN = /^\/l\/meetup-join\/([^/]+)\/([^/]+)\/?$/;

/**
 * Reads the link that an invitation to a Teams meeting carries. It is only read, nothing is fetched.
 *
 * Short links (`/meet/…?p=…`) are refused: no source says whether what stands behind `p` is the meeting's passcode.
 *
 * @throws InvalidRequestError without the link, which lets people in.
 */
export function parseJoinUrl(joinUrl: unknown): JoinUrlParts {
  const url = typeof joinUrl === "string" && URL.canParse(joinUrl) ? new URL(joinUrl) : undefined;
  const [, thread, message] = url?.protocol === "https:" ? (MEETUP_JOIN.exec(url.pathname) ?? []) : [];
  const threadId = decoded(thread);
  const messageId = decoded(message);
  const { Tid, Oid, MessageId } = contextOf(url);
  if (threadId === undefined || messageId === undefined || !isId(Oid)) {
    throw new InvalidRequestError(
      "joinUrl must be a link like https://teams.microsoft.com/l/meetup-join/{thread}/{message}?context={…}; for others give the meeting's joinMeetingId and passcode",
    );
  }
  return {
    threadId,
    messageId,
    // In the channels of a team the meeting hangs below a message.
    ...(isId(MessageId) && { replyChainMessageId: MessageId }),
    organizer: { id: Oid, ...(isId(Tid) && { tenantId: Tid }) },
  };
}

function decoded(segment: string | undefined): string | undefined {
  try {
    return segment && decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** The JSON in its query: `{"Tid":"…","Oid":"…"}`. */
function contextOf(url: URL | undefined): Record<string, unknown> {
  try {
    const context: unknown = JSON.parse(url?.searchParams.get("context") ?? "");
    return isRecord(context) ? context : {};
  } catch {
    return {};
  }
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
