import { createManualClock } from "@graph-dtmf/models/testing";
import type { TrackedCall } from "../tracker/tracked-calls.ts";
import { TrackedOperation } from "../tracker/tracked-operation.ts";

/** Tracks an operation of a call. `tracked` gets it at once, and again when it is over. */
export function trackOperation(
  call: TrackedCall,
  clientContext: string,
  tracked: { add(call: TrackedCall, operation: TrackedOperation): void; remove(operation: TrackedOperation): void },
): TrackedOperation {
  const owner = {
    hold() {},
    release() {},
    after: createManualClock().after,
    accepted() {},
    finished: (operation: TrackedOperation) => tracked.remove(operation),
  };
  const options = { clientContext, expectedMs: 0, kind: undefined, isContextGenerated: false, owner };
  const operation = new TrackedOperation(call, options);
  tracked.add(call, operation);
  return operation;
}
