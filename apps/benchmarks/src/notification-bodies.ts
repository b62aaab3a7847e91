// The request bodies that servers under test receive. Each reports that tones were played, and has different ids.

const guid = (n: number, head: string): string => `${head}-9f50-484d-bd4b-${String(n).padStart(12, "0")}`;

function entryOf(n: number): unknown {
  const [callId, operationId] = [guid(n, "481f3600"), guid(n, "d36fe651")];
  return {
    "@odata.type": "#microsoft.graph.commsNotification",
    changeType: "deleted",
    resourceUrl: `/communications/calls/${callId}/operations/${operationId}`,
    resourceData: {
      "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
      "@odata.id": `/communications/calls/${callId}/operations/${operationId}`,
      "@odata.etag": 'W/"51"',
      clientContext: guid(n, "e0be71f1"),
      status: "completed",
      completionReason: "completedSuccessfully",
      id: operationId,
    },
  };
}

/** A Graph envelope of `count` notifications. Their ids are made from `n` and the numbers after it. */
export function graphBody(n: number, count = 1): string {
  const value = Array.from({ length: count }, (_, index) => entryOf(n + index));
  return JSON.stringify({ "@odata.type": "#microsoft.graph.commsNotifications", value });
}

/** The corresponding event of Azure Communication Services. */
export function azureBody(n: number): string {
  return JSON.stringify([
    {
      id: guid(n, "d36fe651"),
      source: `calling/callConnections/${guid(n, "481f3600")}`,
      type: "Microsoft.Communication.SendDtmfTonesCompleted",
      specversion: "1.0",
      time: "2026-01-01T00:00:00.000Z",
      datacontenttype: "application/json",
      subject: `calling/callConnections/${guid(n, "481f3600")}`,
      data: {
        operationContext: guid(n, "e0be71f1"),
        resultInformation: { code: 200, subCode: 0, message: "Action completed successfully." },
        callConnectionId: guid(n, "481f3600"),
        serverCallId: Buffer.from(
          `https://conversation.example/api/v2/cp/conv/${guid(n, "d36fe651")}`.repeat(2),
        ).toString("base64"),
        correlationId: guid(n, "e0be71f1"),
      },
    },
  ]);
}
