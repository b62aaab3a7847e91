import type { CommsOperation, ExpectedOperation, OperationOutcome, OperationWatcher } from "@graph-dtmf/models";

/** An operation watcher that records its calls, and settles operations on request. */
export interface RecordingWatcher extends OperationWatcher {
  expected: ExpectedOperation[];
  /** `accepted`, `unknown` and `abandon`, in the order of the calls. */
  reported: string[];
  /** Simulates a notification that the operation is running. */
  reportOperation(operation: CommsOperation): void;
  /** Simulates the end of the operation. */
  settle(outcome: OperationOutcome): void;
}

/** Creates a replacement for the tracker. It holds only the last expected operation. */
export function createRecordingWatcher(): RecordingWatcher {
  const expected: ExpectedOperation[] = [];
  const reported: string[] = [];
  let operation: CommsOperation | undefined;
  let outcome: OperationOutcome | undefined;
  let settled = (_: OperationOutcome): void => {};
  const completed = new Promise<OperationOutcome>((resolve) => {
    settled = resolve;
  });
  return {
    expected,
    reported,
    reportOperation(mentioned) {
      operation = mentioned;
    },
    settle(final) {
      outcome = final;
      if ("operation" in final) operation = final.operation;
      settled(final);
    },
    expect(wait) {
      expected.push(wait);
      return {
        clientContext: wait.clientContext ?? "generated",
        get operation() {
          return operation;
        },
        get outcome() {
          return outcome;
        },
        accepted: () => reported.push("accepted"),
        deliveryUnknown: () => reported.push("unknown"),
        abandon: () => reported.push("abandon"),
        completion: () => completed,
      };
    },
  };
}
