import type { CommsOperation, ExpectedOperation, OperationOutcome, OperationWatcher } from "@graph-dtmf/models";

/** What a watcher was told, and levers to tell its callers something. */
export interface RecordingWatcher extends OperationWatcher {
  expected: ExpectedOperation[];
  /** `accepted`, `unknown` and `abandon`, in the order in which they were called. */
  reported: string[];
  /** A notification says that the operation is running. */
  reportOperation(operation: CommsOperation): void;
  /** It is over. */
  settle(outcome: OperationOutcome): void;
}

/** A stand-in for the tracker at its port: it holds the last operation that was expected. */
export function createRecordingWatcher(): RecordingWatcher {
  const expected: ExpectedOperation[] = [];
  const told: string[] = [];
  let operation: CommsOperation | undefined;
  let outcome: OperationOutcome | undefined;
  let settled = (_: OperationOutcome): void => {};
  const completed = new Promise<OperationOutcome>((resolve) => {
    settled = resolve;
  });
  return {
    expected,
    reported: told,
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
        clientContext: wait.clientContext ?? "made-up",
        get operation() {
          return operation;
        },
        get outcome() {
          return outcome;
        },
        accepted: () => told.push("accepted"),
        deliveryUnknown: () => told.push("unknown"),
        abandon: () => told.push("abandon"),
        completion: () => completed,
      };
    },
  };
}
