/** The scenarios that `--scenario` accepts. */
export const SCENARIO_NAMES = ["conference", "collect", "menu"] as const;

export type ScenarioName = (typeof SCENARIO_NAMES)[number];

/** One step of a scenario. Steps are emitted as they happen. */
export type ScenarioEvent =
  | { step: "scenario"; scenario: ScenarioName; description: string; graph: string; speed: number }
  | { step: "bot" | "farEnd"; action: string }
  | { step: "failed"; message: string }
  | { step: "done"; requests: number; notifications: number };

/** The step as text for the terminal. */
export function describeScenarioEvent(event: ScenarioEvent): string {
  switch (event.step) {
    case "scenario":
      return `graph-dtmf: ${event.description}\n\n  Graph    ${event.graph}  (a simulator at ${event.speed} times real time)\n`;
    case "bot":
      return `  bot      ${event.action}`;
    case "farEnd":
      return `  far end  ${event.action}`;
    case "failed":
      return `✗ ${event.message}`;
    case "done":
      return `\n✓ done     ${event.requests} requests, ${event.notifications} notifications verified, none refused`;
  }
}
