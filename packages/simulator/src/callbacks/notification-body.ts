import type { CallState, CommsNotification, CommsNotifications, ResultInfo, ToneInfo } from "@graph-dtmf/models";
import type { CallProperties } from "../schema/call-resource.ts";
import { type OperationResource, toTypedResult } from "../schema/operation-resource.ts";

const toCallPath = (callId: string): string => `/communications/calls/${callId}`;
const createNotification = (members: CommsNotification): CommsNotification => ({
  "@odata.type": "#microsoft.graph.commsNotification",
  ...members,
});

/** Announces an incoming call. */
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

/** Reports a new state of a call, except its end. */
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

/** Reports a tone of the far end. */
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

/** Reports the end of a call. */
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

/** Reports the end of an operation. `deleted` means that it ended, with success or not. */
export function createOperationEndNotification(call: CallProperties, operation: OperationResource): CommsNotification {
  return createNotification({
    changeType: "deleted",
    resourceUrl: `${toCallPath(call.id)}/operations/${operation.id}`,
    resourceData: operation,
  });
}

/** Returns the body that is posted for notifications. */
export function createEnvelope(value: CommsNotification[]): CommsNotifications {
  return { "@odata.type": "#microsoft.graph.commsNotifications", value };
}
