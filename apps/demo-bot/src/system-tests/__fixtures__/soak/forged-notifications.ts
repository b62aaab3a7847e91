import type { TestBed } from "./test-bed.ts";

/**
 * Posts three notifications that report the operation as completed. Their token is signed with Graph's key, but has
 * another audience, so the receiver must refuse them.
 */
export async function postForgedNotifications(
  { callbackUri, simulator, clock }: TestBed,
  { callId, clientContext }: { callId: string; clientContext: string },
): Promise<void> {
  const token = await simulator.signNotificationToken({ aud: "another-app" });
  const resourceData = {
    "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
    status: "completed",
    completionReason: "completedSuccessfully",
    clientContext,
  };
  const resourceUrl = `/communications/calls/${callId}/operations/forged`;
  for (let count = 0; count < 3; count++) {
    await fetch(callbackUri, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", Connection: "close" },
      body: JSON.stringify({ value: [{ changeType: "deleted", resourceUrl, resourceData }] }),
    }).catch(() => {});
    await clock.sleep(200);
  }
}
