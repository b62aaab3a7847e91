import type { TelemetryMeter } from "@graph-dtmf/models";
import type { OperationTracker } from "./operation-tracker.ts";

/** What a tracker counts. Another keeper of operations may count nothing. */
export type OperationCounts = Partial<Pick<OperationTracker, "pending" | "unkept" | "lost">>;

/** Has a meter ask for what is counted, whenever it is read. */
export function observeOperations(meter: TelemetryMeter, operations: OperationCounts): void {
  const pending = meter.createObservableUpDownCounter?.("graph_dtmf.operations.pending", {
    description: "Operations that are waited for.",
    unit: "{operation}",
  });
  const unkept = meter.createObservableUpDownCounter?.("graph_dtmf.ends.unkept", {
    description: "Ends of operations and calls that wait for the return of the store.",
    unit: "{end}",
  });
  const lost = meter.createObservableCounter?.("graph_dtmf.ends.lost", {
    description: "Ends of operations and calls that the store will never know of, because too many waited.",
    unit: "{end}",
  });
  const counts = [
    { counter: pending, name: "pending" },
    { counter: unkept, name: "unkept" },
    { counter: lost, name: "lost" },
  ] as const;
  for (const { counter, name } of counts) {
    counter?.addCallback((result) => {
      const count = operations[name];
      if (count !== undefined) result.observe(count);
    });
  }
}
