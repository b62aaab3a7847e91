import { boolean, type Check, count, listOf, memberOf, object, oneOfTypes, orNull, text } from "./schema.ts";

// The types of Graph's v1.0 schema that bodies of requests are made of, by their names there.

/** A result as a test gives it. */
export const resultInfo: Check = object({ members: { code: count, subcode: count, message: orNull(text) } });

/** A member that may be anything, or absent. */
export const anything: Check = () => undefined;
export const textOrNull: Check = orNull(text);
export const flagOrNull: Check = orNull(boolean);

const identity = orNull(object({ open: true, members: { id: textOrNull, displayName: textOrNull } }));
export const identitySet: Check = object({
  open: true,
  members: { application: identity, device: identity, user: identity },
});

export const mediaInfo: Check = object({ members: { uri: text, resourceId: textOrNull } });

export const mediaConfig: Check = oneOfTypes({
  serviceHostedMediaConfig: object({ members: { preFetchMedia: orNull(listOf(mediaInfo)) } }),
  appHostedMediaConfig: object({ members: { blob: textOrNull } }),
});

export const modalities: Check = orNull(listOf(memberOf(["audio", "video", "videoBasedScreenSharing", "data"])));

const callOptionMembers = {
  hideBotAfterEscalation: flagOrNull,
  isContentSharingNotificationEnabled: flagOrNull,
  isDeltaRosterEnabled: flagOrNull,
  isInteractiveRosterEnabled: flagOrNull,
};
export const outgoingCallOptions: Check = object({ members: callOptionMembers });
export const incomingCallOptions: Check = object({ members: callOptionMembers });

export const participantInfo: Check = object({
  members: {
    identity: identitySet,
    countryCode: textOrNull,
    endpointType: textOrNull,
    languageId: textOrNull,
    participantId: textOrNull,
    region: textOrNull,
  },
});

export const invitationParticipantInfo: Check = object({
  open: true,
  members: { identity: identitySet, hidden: flagOrNull, participantId: textOrNull, replacesCallId: textOrNull },
});

export const chatInfo: Check = object({
  members: { messageId: textOrNull, replyChainMessageId: textOrNull, threadId: textOrNull },
});

export const meetingInfo: Check = oneOfTypes({
  organizerMeetingInfo: object({ open: true, members: { organizer: identitySet } }),
  joinMeetingIdMeetingInfo: object({ open: true, members: { joinMeetingId: text, passcode: textOrNull } }),
  tokenMeetingInfo: object({ members: { token: text } }),
});
