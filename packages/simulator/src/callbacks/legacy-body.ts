import type { CommsNotification } from "@graph-dtmf/models";
import type { Recipient } from "./recipient.ts";

/**
 * The same news in the protocol of before Graph, which the service tries first on bots that it does not know: no
 * envelope, `callState`, and identities with a number in front. A bot that answers 204 gets it again in Graph's.
 */
export function createLegacyBody(recipient: Recipient, notification: CommsNotification): unknown {
  const changed = notification.resourceData as { state?: string } | undefined;
  return {
    id: recipient.id,
    participants: [
      { identity: "29:1simulatedcaller", languageId: "en-US", tenantId: recipient.tenantId, originator: true },
      { identity: `28:${recipient.appId}`, originator: false },
    ],
    isMultiparty: false,
    presentedModalityTypes: ["audio"],
    callState: changed?.state ?? "established",
    tenantId: recipient.tenantId,
  };
}
