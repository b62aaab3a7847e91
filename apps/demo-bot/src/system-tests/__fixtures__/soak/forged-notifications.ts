import type { World } from "./test-bed.ts";

/** Somebody who knows everything but Graph's key says that all was played, before and while it is. */
export async function lie(
  { callbackUri, simulator, clock }: World,
  { callId, clientContext }: { callId: string; clientContext: string },
): Promise<void> {
  const token = await simulator.signNotificationToken({ aud: "somebody-else" });
  const resourceData = {
    "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
    status: "completed",
    completionReason: "completedSuccessfully",
    clientContext,
  };
  const resourceUrl = `/communications/calls/${callId}/operations/lie`;
  for (let times = 0; times < 3; times++) {
    await fetch(callbackUri, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", Connection: "close" },
      body: JSON.stringify({ value: [{ changeType: "deleted", resourceUrl, resourceData }] }),
    }).catch(() => {});
    await clock.sleep(200);
  }
}
