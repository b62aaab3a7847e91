import { arrayOf, boolean, type Check, count, enumOf, nullable, object, oneOfTypes, text } from "./checks.ts";

// Checks for the types that request bodies consist of. Most are named as in Graph's v1.0 schema.

/** A resultInfo that a test supplies. */
export const resultInfo: Check = object({ properties: { code: count, subcode: count, message: nullable(text) } });

/** Any value, or none. */
export const anything: Check = () => undefined;
/** Edm.String, or null. */
export const nullableText: Check = nullable(text);
/** Edm.Boolean, or null. */
export const nullableBoolean: Check = nullable(boolean);

const identity = nullable(object({ open: true, properties: { id: nullableText, displayName: nullableText } }));
const identitySet: Check = object({
  open: true,
  properties: { application: identity, device: identity, user: identity },
});

export const mediaInfo: Check = object({ properties: { uri: text, resourceId: nullableText } });

export const mediaConfig: Check = oneOfTypes({
  serviceHostedMediaConfig: object({ properties: { preFetchMedia: nullable(arrayOf(mediaInfo)) } }),
  appHostedMediaConfig: object({ properties: { blob: nullableText } }),
});

export const modalities: Check = nullable(arrayOf(enumOf(["audio", "video", "videoBasedScreenSharing", "data"])));

const callOptionProperties = {
  hideBotAfterEscalation: nullableBoolean,
  isContentSharingNotificationEnabled: nullableBoolean,
  isDeltaRosterEnabled: nullableBoolean,
  isInteractiveRosterEnabled: nullableBoolean,
};
export const outgoingCallOptions: Check = object({ properties: callOptionProperties });
export const incomingCallOptions: Check = object({ properties: callOptionProperties });

export const participantInfo: Check = object({
  properties: {
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
  properties: {
    identity: identitySet,
    hidden: nullableBoolean,
    participantId: nullableText,
    replacesCallId: nullableText,
  },
});

export const chatInfo: Check = object({
  properties: { messageId: nullableText, replyChainMessageId: nullableText, threadId: nullableText },
});

export const meetingInfo: Check = oneOfTypes({
  organizerMeetingInfo: object({ open: true, properties: { organizer: identitySet } }),
  joinMeetingIdMeetingInfo: object({ open: true, properties: { joinMeetingId: text, passcode: nullableText } }),
  tokenMeetingInfo: object({ properties: { token: text } }),
});
