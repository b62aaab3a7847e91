import type { OperationOutcome } from "@graph-dtmf/models";

/** A command for an instance, from the process that started it. */
export type InstanceCommand =
  | { command: "createCall" }
  | { command: "sendTones"; callId: string; clientContext: string; keys: string; delayBetweenTonesMs?: number }
  | { command: "resume"; callId: string; clientContext: string };

/** A command with an id. The message with its result has the same id. */
export type CommandRequest = InstanceCommand & { requestId: number };

/** The result of a command. */
export type CommandResult =
  | { callId: string }
  | { outcome: OperationOutcome }
  /** The code of a `DtmfError`, the text of another error, or `exited` if the instance exited first. */
  | { error: string };

/** A message from an instance to the process that started it. */
export type InstanceMessage =
  /** The instance accepts requests at this address. */
  | { ready: string }
  /** A handler of this instance ran for a notification about an operation of this call. */
  | { notified: string }
  | ({ requestId: number } & CommandResult);
