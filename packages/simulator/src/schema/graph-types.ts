import { arrayOf, boolean, type Check, count, enumOf, nullable, object, oneOfTypes, text } from "./checks.ts";

// The types of Graph's v1.0 schema that bodies of requests are made of, by their names there.

/** A result as a test gives it. */
export const resultInfo: Check = object({ members: { code: count, subcode: count, message: nullable(text) } });

/** A member that may be anything, or absent. */
export const anything: Check = () => undefined;
export const nullableText: Check = nullable(text);
export const nullableBoolean: Check = nullable(boolean);

const identity = nullable(object({ open: true, members: { id: nullableText, displayName: nullableText } }));
export const identitySet: Check = object({
  open: true,
  members: { application: identity, device: identity, user: identity },
});

export const mediaInfo: Check = object({ members: { uri: text, resourceId: nullableText } });

export const mediaConfig: Check = oneOfTypes({
  serviceHostedMediaConfig: object({ members: { preFetchMedia: nullable(arrayOf(mediaInfo)) } }),
  appHostedMediaConfig: object({ members: { blob: nullableText } }),
});

export const modalities: Check = nullable(arrayOf(enumOf(["audio", "video", "videoBasedScreenSharing", "data"])));

const callOptionMembers = {
  hideBotAfterEscalation: nullableBoolean,
  isContentSharingNotificationEnabled: nullableBoolean,
  isDeltaRosterEnabled: nullableBoolean,
  isInteractiveRosterEnabled: nullableBoolean,
};
export const outgoingCallOptions: Check = object({ members: callOptionMembers });
export const incomingCallOptions: Check = object({ members: callOptionMembers });

export const participantInfo: Check = object({
  members: {
    identity: identitySet,
    countryCode: nullableText,
    endpointType: nullableText,
    languageId: nullableText,
    participantId: nullableText,
    region: nullableText,
  },
});

export const invitationParticipantInfo: Check = object({
  open: true,
  members: {
    identity: identitySet,
    hidden: nullableBoolean,
    participantId: nullableText,
    replacesCallId: nullableText,
  },
});

export const chatInfo: Check = object({
  members: { messageId: nullableText, replyChainMessageId: nullableText, threadId: nullableText },
});

export const meetingInfo: Check = oneOfTypes({
  organizerMeetingInfo: object({ open: true, members: { organizer: identitySet } }),
  joinMeetingIdMeetingInfo: object({ open: true, members: { joinMeetingId: text, passcode: nullableText } }),
  tokenMeetingInfo: object({ members: { token: text } }),
});
