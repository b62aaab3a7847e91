import type { OperationOutcome } from "@graph-dtmf/models";

/** One step of the walkthrough with several instances. `by` is the number of the instance that acts. */
export type InstancesEvent =
  | { step: "started"; redis: string; graph: string; instances: string[] }
  | { step: "callCreated"; by: number; callId: string }
  | { step: "sending"; by: number }
  /** A handler of this instance ran for a notification. Handlers run after the wait was settled. */
  | { step: "notified"; by: number }
  | { step: "ended"; by: number; outcome: OperationOutcome["outcome"]; played: OperationOutcome["played"] }
  | { step: "killed"; instance: number }
  | { step: "resuming"; by: number }
  | { step: "done" };

/** The step as text for the terminal. */
export function describeInstancesEvent(event: InstancesEvent): string {
  switch (event.step) {
    case "started": {
      const { instances, redis, graph } = event;
      return `${instances.length} instances at ${instances.join(" ")}\n  behind a round-robin load balancer, with a shared Redis at ${redis}\n  Graph is a simulator at ${graph}`;
    }
    case "callCreated":
      return `instance ${event.by} creates a call: ${event.callId}`;
    case "sending":
      return `instance ${event.by} sends tones`;
    case "notified":
      return `  instance ${event.by} handles a notification`;
    case "ended":
      return `  instance ${event.by} gets the outcome: ${event.outcome}, played: ${event.played}`;
    case "killed":
      return `instance ${event.instance} is killed while its tones are played (SIGKILL)`;
    case "resuming":
      return `instance ${event.by} resumes the wait of the killed instance`;
    case "done":
      return "each outcome reached the instance that waited for it";
  }
}
