import type { CallState, CommsNotification, CommsNotifications, ResultInfo, ToneInfo } from "@graph-dtmf/models";
import type { CallProperties } from "../schema/call-resource.ts";
import { type OperationResource, toTypedResult } from "../schema/operation-resource.ts";

const toCallPath = (callId: string): string => `/communications/calls/${callId}`;
const createNotification = (changed: CommsNotification): CommsNotification => ({
  "@odata.type": "#microsoft.graph.commsNotification",
  ...changed,
});

/** Somebody calls the bot. */
export function createIncomingNotification(call: CallProperties): CommsNotification {
  return createNotification({
    changeType: "created",
    resourceUrl: toCallPath(call.id),
    resourceData: {
      "@odata.type": "#microsoft.graph.call",
      id: call.id,
      state: "incoming",
      direction: "incoming",
      callbackUri: call.callbackUri,
      callChainId: call.callChainId,
      tenantId: call.tenantId,
      source: call.source,
      targets: call.targets,
      requestedModalities: call.requestedModalities,
      myParticipantId: call.myParticipantId,
    },
  });
}

/** The call is being set up, was answered, or is being taken down. */
export function createStateNotification(call: CallProperties, state: CallState): CommsNotification {
  const { id, direction, callbackUri, chatInfo, meetingInfo } = call;
  const meeting = { ...(chatInfo && { chatInfo }), ...(meetingInfo && { meetingInfo }) };
  return createNotification({
    changeType: "updated",
    resourceUrl: toCallPath(id),
    callbackUri,
    resourceData: { "@odata.type": "#microsoft.graph.call", id, direction, state, ...meeting },
  });
}

/** Somebody pressed a key. */
export function createToneNotification(call: CallProperties, toneInfo: ToneInfo): CommsNotification {
  return createNotification({
    changeType: "updated",
    resourceUrl: toCallPath(call.id),
    resourceData: {
      "@odata.type": "#microsoft.graph.call",
      state: "established",
      toneInfo: { "@odata.type": "#microsoft.graph.toneInfo", ...toneInfo },
    },
  });
}

/** The call is over. */
export function createCallEndNotification(call: CallProperties, resultInfo: ResultInfo): CommsNotification {
  return createNotification({
    changeType: "deleted",
    resourceUrl: toCallPath(call.id),
    resourceData: {
      "@odata.type": "#microsoft.graph.call",
      state: "terminated",
      resultInfo: toTypedResult(resultInfo),
    },
  });
}

/** An operation is over: that, and not how it went, is what `deleted` means. */
export function createOperationEndNotification(call: CallProperties, operation: OperationResource): CommsNotification {
  return createNotification({
    changeType: "deleted",
    resourceUrl: `${toCallPath(call.id)}/operations/${operation.id}`,
    resourceData: operation,
  });
}

/** What is posted. */
export function createEnvelope(value: CommsNotification[]): CommsNotifications {
  return { "@odata.type": "#microsoft.graph.commsNotifications", value };
}
