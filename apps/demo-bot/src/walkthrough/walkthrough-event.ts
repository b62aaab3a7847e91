import type { OperationOutcome } from "@graph-dtmf/models";

/** The result of one send. */
export interface SendResult {
  outcome: OperationOutcome["outcome"];
  played: OperationOutcome["played"];
  status: string | null;
  completionReason: string;
  /** The number of tones that the far end received. */
  received: number;
}

/** One step of the walkthrough. Steps are emitted as they happen. */
export type WalkthroughEvent =
  | { step: "started"; graph: string; callback: string; openIdConfigurationUrl: string; speed: number }
  | { step: "token"; tenantId: string }
  | { step: "callCreated"; callId: string; state: string }
  | { step: "callState"; callId: string; state: string }
  /** The token of a notification was verified. The members are its claims. */
  | { step: "verified"; issuer: string; audience: string; tenantId: string }
  /** `completionReason` is the one that the simulator is set to report. */
  | { step: "sending"; keys: string; delayBetweenTonesMs: number; completionReason: string }
  | { step: "accepted"; operationId: string; clientContext: string; status: string | null; location: string }
  | { step: "progress"; received: number; of: number }
  | ({ step: "ended"; operationId: string } & SendResult)
  | { step: "summary"; of: number; results: SendResult[] }
  | { step: "failed"; message: string }
  | { step: "done"; requests: number };

/** Receives each step of a walkthrough. */
export type Emit = (event: WalkthroughEvent) => void;
