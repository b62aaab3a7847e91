import { randomUUID } from "node:crypto";
import type { OperationKey, OperationOutcome, StoredCompletion } from "@graph-dtmf/models";

/** Creates the end of an operation, and the key of the wait for it. The key is random by default. */
export function completion(key: OperationKey = { callId: randomUUID(), clientContext: randomUUID() }): {
  key: OperationKey;
  event: StoredCompletion;
} {
  const operationId = randomUUID();
  return { key, event: { type: "completion", ...key, operationId, outcome: completed({ id: operationId }) } };
}

/** Creates the outcome of an operation that succeeded. */
export function completed(operation: { id: string; [member: string]: unknown }): OperationOutcome {
  return {
    outcome: "completed",
    played: "all",
    operation: { ...operation, status: "completed", completionReason: "completedSuccessfully" },
  };
}
