// A TypeScript program, type-checked against the packed packages twice: as ESM and as CommonJS.
import { createDtmfClient, type SentOperation } from "@graph-dtmf/client";
import { type OperationOutcome, parseTones, type SendDtmfTonesOperation, type Tone } from "@graph-dtmf/models";
import {
  createNotificationReceiver,
  createOperationTracker,
  type NotificationVerifier,
} from "@graph-dtmf/notifications";
import { toNodeHandler } from "@graph-dtmf/notifications/node";

export const tones: readonly Tone[] = parseTones("42#");

// @ts-expect-error A type that became `any` would accept this.
export const noTone: Tone = 42;

export async function press(callId: string, verifier: NotificationVerifier): Promise<OperationOutcome["played"]> {
  const operations = createOperationTracker();
  toNodeHandler(createNotificationReceiver({ verifier, operations }));
  const dtmf = createDtmfClient({ credential: async () => "token", operations });
  const sent: SentOperation<SendDtmfTonesOperation> = await dtmf.sendDtmfTones(callId, { tones });
  const result = await sent.completion();
  if (result.outcome === "completed") return result.operation.completionReason === "unknown" ? "unknown" : "all";
  // @ts-expect-error Only an outcome that Graph reported has an operation.
  return result.operation.status;
}
