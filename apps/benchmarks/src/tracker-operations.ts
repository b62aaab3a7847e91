import type { OperationNotification } from "@graph-dtmf/notifications";

/** The wait of one operation, and what Graph sends about it. */
export interface BenchmarkOperation {
  wait: { callId: string; clientContext: string };
  response: { id: string; status: string };
  notification: OperationNotification;
}

/** Creates operations on 1,000 calls. Their ids are made from the numbers that start at `first`. */
export function createOperations(count: number, first = 0): BenchmarkOperation[] {
  return Array.from({ length: count }, (_, index): BenchmarkOperation => {
    const n = first + index;
    const wait = createWait(n);
    const id = guidOf(2_000_000 + n);
    return parsed({ wait, response: { id, status: "running" }, notification: createNotification(wait, id) });
  });
}

/** The ids of a wait on one of 1,000 calls. */
export function createWait(n: number): BenchmarkOperation["wait"] {
  return parsed({ callId: guidOf(n % 1_000), clientContext: guidOf(1_000_000 + n) });
}

/** The notification that all tones of an operation were played. */
export function createNotification(wait: BenchmarkOperation["wait"], operationId: string): OperationNotification {
  const { callId, clientContext } = wait;
  const operation = {
    "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
    id: operationId,
    clientContext,
    status: "completed",
    completionReason: "completedSuccessfully",
  };
  return parsed({ kind: "operation", callId, operationId, changeType: "deleted", operation, raw: null });
}

/** A copy made from JSON text. Like parsed notifications, it shares no strings with other objects. */
function parsed<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

function guidOf(n: number): string {
  return `${n.toString(16).padStart(8, "0")}-983e-4276-9b59-c1b30ec8d125`;
}
