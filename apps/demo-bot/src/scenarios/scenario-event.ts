/** Conversations that the demo can show. */
export const SCENARIOS = ["conference", "collect", "menu"] as const;

export type ScenarioName = (typeof SCENARIOS)[number];

/** One step of a conversation, as it happens. */
export type ScenarioEvent =
  | { step: "scenario"; scenario: ScenarioName; about: string; graph: string; speed: number }
  | { step: "bot" | "farEnd"; did: string }
  | { step: "failed"; message: string }
  | { step: "done"; requests: number; notifications: number };

/** The step as a line for people. */
export function describeScenarioStep(event: ScenarioEvent): string {
  switch (event.step) {
    case "scenario":
      return `graph-dtmf: ${event.about}\n\n  Graph    ${event.graph}  (the simulator, ${event.speed} times faster than a telephone)\n`;
    case "bot":
      return `  bot      ${event.did}`;
    case "farEnd":
      return `  far end  ${event.did}`;
    case "failed":
      return `✗ ${event.message}`;
    case "done":
      return `\n✓ done     ${event.requests} requests, ${event.notifications} notifications verified, none refused`;
  }
}
