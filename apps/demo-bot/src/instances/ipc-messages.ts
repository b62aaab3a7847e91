import type { OperationOutcome } from "@graph-dtmf/models";

/** What an instance can be asked to do by the process that started it. */
export type Task =
  | { do: "call" }
  | { do: "press"; callId: string; clientContext: string; keys: string; delayBetweenTonesMs?: number }
  | { do: "resume"; callId: string; clientContext: string };

/** A task with a number, by which its result is known. */
export type Order = Task & { order: number };

/** What came of it. */
export type Result =
  | { callId: string }
  | { ended: OperationOutcome }
  /** The code of the error. */
  | { failed: string };

/** What an instance tells the process that started it. */
export type Message =
  | { ready: string }
  /** Tones were accepted, and are now awaited. */
  | { accepted: string }
  /** A notification about an operation of this call came here. */
  | { heard: string }
  | ({ order: number } & Result);
