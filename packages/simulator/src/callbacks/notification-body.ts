import type { CallState, CommsNotification, CommsNotifications, ResultInfo, ToneInfo } from "@graph-dtmf/models";
import type { CallFacts } from "../schema/call-resource.ts";
import { type OperationResource, typedResult } from "../schema/operation-resource.ts";

const pathOf = (callId: string): string => `/communications/calls/${callId}`;
const notification = (changed: CommsNotification): CommsNotification => ({
  "@odata.type": "#microsoft.graph.commsNotification",
  ...changed,
});

/** Somebody calls the bot. */
export function callCreated(call: CallFacts): CommsNotification {
  return notification({
    changeType: "created",
    resourceUrl: pathOf(call.id),
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
export function callUpdated(call: CallFacts, state: CallState): CommsNotification {
  const { id, direction, callbackUri, chatInfo, meetingInfo } = call;
  const meeting = { ...(chatInfo && { chatInfo }), ...(meetingInfo && { meetingInfo }) };
  return notification({
    changeType: "updated",
    resourceUrl: pathOf(id),
    callbackUri,
    resourceData: { "@odata.type": "#microsoft.graph.call", id, direction, state, ...meeting },
  });
}

/** Somebody pressed a key. */
export function toneHeard(call: CallFacts, toneInfo: ToneInfo): CommsNotification {
  return notification({
    changeType: "updated",
    resourceUrl: pathOf(call.id),
    resourceData: {
      "@odata.type": "#microsoft.graph.call",
      state: "established",
      toneInfo: { "@odata.type": "#microsoft.graph.toneInfo", ...toneInfo },
    },
  });
}

/** The call is over. */
export function callDeleted(call: CallFacts, resultInfo: ResultInfo): CommsNotification {
  return notification({
    changeType: "deleted",
    resourceUrl: pathOf(call.id),
    resourceData: { "@odata.type": "#microsoft.graph.call", state: "terminated", resultInfo: typedResult(resultInfo) },
  });
}

/** An operation is over: that, and not how it went, is what `deleted` means. */
export function operationDeleted(call: CallFacts, operation: OperationResource): CommsNotification {
  return notification({
    changeType: "deleted",
    resourceUrl: `${pathOf(call.id)}/operations/${operation.id}`,
    resourceData: operation,
  });
}

/** What is posted. */
export function envelope(value: CommsNotification[]): CommsNotifications {
  return { "@odata.type": "#microsoft.graph.commsNotifications", value };
}
