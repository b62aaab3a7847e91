import type { OperationOutcome } from "@graph-dtmf/models";

/** How one send ended. */
export interface Ending {
  outcome: OperationOutcome["outcome"];
  played: OperationOutcome["played"];
  status: string | null;
  completionReason: string;
  /** How many tones the far end heard. */
  heard: number;
}

/** One step of the story, as it happens. */
export type DemoEvent =
  | { step: "started"; graph: string; callback: string; keysFrom: string; speed: number }
  | { step: "token"; tenantId: string }
  | { step: "callCreated"; callId: string; state: string }
  | { step: "callState"; callId: string; state: string }
  /** A notification came with a good token; this is what the token says. */
  | { step: "verified"; issuer: string; audience: string; tenantId: string }
  | { step: "sending"; keys: string; delayBetweenTonesMs: number; complete: string }
  | { step: "accepted"; operationId: string; clientContext: string; status: string | null; location: string }
  | { step: "progress"; heard: number; of: number }
  | ({ step: "ended"; operationId: string } & Ending)
  | { step: "endings"; of: number; endings: Ending[] }
  | { step: "failed"; message: string }
  | { step: "done"; requests: number };

/** Receives each step. */
export type Tell = (event: DemoEvent) => void;
