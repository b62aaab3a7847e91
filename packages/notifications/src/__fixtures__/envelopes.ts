/** Request bodies in the form that Graph posts them. The content is invented. */
export const CALL = "57dab8b1-894c-409a-b240-bd8beae78896";
export const OTHER_CALL = "2f1e0d9c-8b7a-4695-8473-625140fe3d2c";

export function envelope(...value: unknown[]): string {
  return JSON.stringify({ "@odata.type": "#microsoft.graph.commsNotifications", value });
}

export function toneEntry(
  sequenceId: number,
  { callId = CALL, tone = "tone1" }: { callId?: string; tone?: string } = {},
): unknown {
  return callEntry("established", { callId, data: { toneInfo: { sequenceId, tone } } });
}

export function callEntry(
  state: string,
  { callId = CALL, changeType = "updated", data = {} }: { callId?: string; changeType?: string; data?: object } = {},
): unknown {
  return {
    changeType,
    resourceUrl: `/communications/calls/${callId}`,
    resourceData: { "@odata.type": "#microsoft.graph.call", state, ...data },
  };
}

export function tonesEntry(
  operationId: string,
  {
    callId = CALL,
    status = "completed",
    clientContext = `context-${operationId}`,
  }: { callId?: string; status?: string; clientContext?: string } = {},
): unknown {
  return {
    changeType: status === "completed" ? "deleted" : "updated",
    resourceUrl: `/communications/calls/${callId}/operations/${operationId}`,
    resourceData: {
      "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
      id: operationId,
      status,
      clientContext,
      ...(status === "completed" && { completionReason: "completedSuccessfully" }),
    },
  };
}

export function participantsEntry(participants: unknown[], { callId = CALL }: { callId?: string } = {}): unknown {
  return {
    changeType: "updated",
    resourceUrl: `/communications/calls/${callId}/participants`,
    resourceData: participants,
  };
}

/** An entry of an unknown type. */
export function futureEntry({ callId = CALL }: { callId?: string } = {}): unknown {
  return {
    changeType: "created",
    resourceUrl: `/communications/calls/${callId}/holograms/1`,
    resourceData: { "@odata.type": "#microsoft.graph.hologram" },
  };
}

/** The legacy protocol, which Graph may use first for an incoming call. */
export const LEGACY: string = JSON.stringify({ id: CALL, callState: "incoming", participants: [] });
