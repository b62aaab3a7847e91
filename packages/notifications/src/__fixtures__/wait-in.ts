import { createManualClock } from "@graph-dtmf/models/testing";
import { PendingEntry } from "../tracker/pending-entry.ts";
import type { TrackedCall } from "../tracker/tracked-call.ts";

/** Someone who waits in a call; `held` has it until it is over. */
export function waitIn(
  call: TrackedCall,
  clientContext: string,
  held: { add(entry: PendingEntry): void; remove(entry: PendingEntry): void },
): PendingEntry {
  const { after } = createManualClock();
  const keeper = { hold() {}, release() {}, after, answered() {}, forget: (entry: PendingEntry) => held.remove(entry) };
  const entry = new PendingEntry(call, { clientContext, expectedMs: 0, kind: undefined, isFresh: false, keeper });
  held.add(entry);
  return entry;
}
