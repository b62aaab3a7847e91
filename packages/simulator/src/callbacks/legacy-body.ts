import type { CommsNotification } from "@graph-dtmf/models";
import type { Recipient } from "./recipient.ts";

/**
 * Returns a notification in the protocol that preceded Graph: no envelope, `callState`, and identities with a numeric
 * prefix.
 *
 * The service sends this form first to bots that it has not called before. A bot that answers 204 then gets the
 * notification in Graph's form.
 */
export function createLegacyBody(recipient: Recipient, notification: CommsNotification): unknown {
  const resource = notification.resourceData as { state?: string } | undefined;
  return {
    id: recipient.id,
    participants: [
      { identity: "29:1simulatedcaller", languageId: "en-US", tenantId: recipient.tenantId, originator: true },
      { identity: `28:${recipient.appId}`, originator: false },
    ],
    isMultiparty: false,
    presentedModalityTypes: ["audio"],
    callState: resource?.state ?? "established",
    tenantId: recipient.tenantId,
  };
}
