import type { CallState } from "@graph-dtmf/models";

/** The properties of a call except its state. */
export interface CallProperties {
  readonly id: string;
  readonly direction: "outgoing" | "incoming";
  readonly callbackUri: string;
  readonly callChainId: string;
  readonly myParticipantId: string;
  readonly tenantId: string;
  readonly source: Readonly<Record<string, unknown>>;
  readonly targets: readonly Readonly<Record<string, unknown>>[];
  readonly requestedModalities: readonly string[];
  /** Absent in an incoming call until it is answered. */
  readonly mediaConfig?: Readonly<Record<string, unknown>>;
  readonly subject?: string;
  readonly chatInfo?: Readonly<Record<string, unknown>>;
  readonly meetingInfo?: Readonly<Record<string, unknown>>;
}

/** Returns the call as Graph writes it in responses. Properties without a value are null, not absent. */
export function toCallResource(properties: CallProperties, state: CallState, context: string): Record<string, unknown> {
  return {
    "@odata.context": context,
    "@odata.type": "#microsoft.graph.call",
    id: properties.id,
    state,
    direction: properties.direction,
    callbackUri: properties.callbackUri,
    callChainId: properties.callChainId,
    tenantId: properties.tenantId,
    subject: properties.subject ?? null,
    source: properties.source,
    targets: properties.targets,
    requestedModalities: properties.requestedModalities,
    mediaConfig: properties.mediaConfig ?? null,
    myParticipantId: properties.myParticipantId,
    mediaState: state === "established" ? { "@odata.type": "#microsoft.graph.callMediaState", audio: "active" } : null,
    chatInfo: properties.chatInfo ?? null,
    meetingInfo: properties.meetingInfo ?? null,
    resultInfo: null,
    answeredBy: null,
    ringingTimeoutInSeconds: null,
    transcription: null,
  };
}

/** Returns the `source` of a call for an identity set. */
export function toSource(identity: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    "@odata.type": "#microsoft.graph.participantInfo",
    identity: { "@odata.type": "#microsoft.graph.identitySet", ...identity },
    countryCode: null,
    endpointType: null,
    languageId: null,
    region: null,
  };
}

/** Returns an element of a call's `targets`. */
export function toTarget(target: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    "@odata.type": "#microsoft.graph.invitationParticipantInfo",
    endpointType: null,
    replacesCallId: null,
    ...target,
  };
}

/** Returns the identity set of the bot as a participant. */
export function createBotIdentity(appId: string): Record<string, unknown> {
  return {
    "@odata.type": "#microsoft.graph.identitySet",
    application: { "@odata.type": "#microsoft.graph.identity", displayName: "Calling Bot", id: appId },
  };
}
