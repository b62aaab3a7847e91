import type { OperationOutcome } from "@graph-dtmf/models";
import type { StorableEnd } from "./call-end.ts";

/** An operation that is no longer pending. */
export interface FinishedOperation extends StorableEnd {
  readonly callId: string;
  readonly operationId: string | undefined;
  readonly clientContext: string | undefined;
  /** Whether Graph reported its outcome. False after a timeout, the end of the call, or `abandon()`. */
  readonly hasGraphOutcome: boolean;
  readonly outcome: OperationOutcome | undefined;
}
