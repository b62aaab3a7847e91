import type { TelemetryMeter } from "@graph-dtmf/models";
import type { OperationTracker } from "../tracker/operation-tracker.ts";

/** What a tracker counts. Another keeper of operations may count nothing. */
export type OperationCounts = Partial<Pick<OperationTracker, "pending" | "pendingWrites" | "droppedWrites">>;

/** Has a meter ask for what is counted, whenever it is read. */
export function observeOperations(meter: TelemetryMeter, operations: OperationCounts): void {
  const pending = meter.createObservableUpDownCounter?.("graph_dtmf.operations.pending", {
    description: "Operations that are waited for.",
    unit: "{operation}",
  });
  const pendingWrites = meter.createObservableUpDownCounter?.("graph_dtmf.store.pending_writes", {
    description: "Ends of operations and calls that wait for the return of the store.",
    unit: "{end}",
  });
  const droppedWrites = meter.createObservableCounter?.("graph_dtmf.store.dropped_writes", {
    description: "Ends of operations and calls that the store will never know of, because too many waited.",
    unit: "{end}",
  });
  const counts = [
    { counter: pending, name: "pending" },
    { counter: pendingWrites, name: "pendingWrites" },
    { counter: droppedWrites, name: "droppedWrites" },
  ] as const;
  for (const { counter, name } of counts) {
    counter?.addCallback((result) => {
      const count = operations[name];
      if (count !== undefined) result.observe(count);
    });
  }
}
