import { isRecord } from "@graph-dtmf/models/internal";
import { badRequest, GraphError } from "../http/graph-error.ts";
import { checkCallbackUri } from "./callback-uri.ts";
import { arrayOf, type Check, checkBody, nullable, object, oneOfTypes, text, withoutNulls } from "./checks.ts";
import {
  chatInfo,
  incomingCallOptions,
  invitationParticipantInfo,
  mediaConfig,
  meetingInfo,
  modalities,
  nullableText,
  outgoingCallOptions,
  participantInfo,
} from "./graph-types.ts";

/** The checked body of a new call. Undeclared properties of open types are kept unchanged. */
export interface CreateCallBody {
  callbackUri: string;
  mediaConfig: Record<string, unknown>;
  requestedModalities: readonly string[];
  targets: readonly Record<string, unknown>[];
  tenantId: string;
  callChainId?: string;
  source?: Record<string, unknown>;
  chatInfo?: Record<string, unknown>;
  meetingInfo?: Record<string, unknown>;
  subject?: string;
}

/** @see Graph v1.0 schema, type `call`. The type is open, so undeclared properties are allowed. */
const schema: Check = object({
  open: true,
  properties: {
    callbackUri: text,
    mediaConfig,
    requestedModalities: modalities,
    targets: nullable(arrayOf(invitationParticipantInfo)),
    source: nullable(participantInfo),
    chatInfo: nullable(chatInfo),
    meetingInfo: nullable(meetingInfo),
    callOptions: nullable(oneOfTypes({ outgoingCallOptions, incomingCallOptions })),
    callChainId: nullableText,
    subject: nullableText,
    tenantId: nullableText,
  },
});

/**
 * Reads the body of a new call.
 *
 * @param tenantId The tenant of the request's token.
 * @throws GraphError 400 if the body is invalid, 403 if its tenantId is absent or not the token's.
 */
export function parseCreateCallBody(body: unknown, tenantId: string): CreateCallBody {
  checkBody(schema, body);
  const call = withoutNulls(body) as Record<string, unknown>;
  checkCallbackUri(call.callbackUri);
  if (String(call.tenantId).toLowerCase() !== tenantId.toLowerCase()) throw createTenantMismatch();
  const targets = (call.targets ?? []) as Record<string, unknown>[];
  const invalid = targets.findIndex((target) => !hasIdentityId(target.identity));
  if (invalid >= 0) throw badRequest(`The target at targets[${invalid}] names no identity with an id.`);
  if (targets.length === 0 && !hasMeeting(call)) {
    throw badRequest(
      "Either targets, or a meetingInfo that names the meeting by itself or with chatInfo, must be given.",
    );
  }
  return { requestedModalities: ["audio"], ...call, targets } as unknown as CreateCallBody;
}

/** Whether the body names a meeting. An organizerMeetingInfo needs chatInfo as well. */
const hasMeeting = ({ meetingInfo, chatInfo }: Record<string, unknown>): boolean =>
  isRecord(meetingInfo) &&
  (chatInfo !== undefined || !/organizerMeetingInfo$/.test(String(meetingInfo["@odata.type"])));

/** Graph answers the same if the token was issued by `/common`, or if tenantId is missing. */
const createTenantMismatch = (): GraphError =>
  new GraphError(403, "7505", { message: "Request authorization tenant mismatch." });

const hasIdentityId = (identitySet: unknown): boolean =>
  isRecord(identitySet) &&
  Object.values(identitySet).some(
    (identity) => isRecord(identity) && typeof identity.id === "string" && identity.id !== "",
  );
