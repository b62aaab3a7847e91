import { createCallingBot } from "@graph-dtmf/bot";
import { startSimulator } from "@graph-dtmf/simulator";
import { startBot } from "../bot/bot.ts";
import { collect } from "./collect.ts";
import { conference } from "./conference.ts";
import { menu } from "./menu.ts";
import type { Scenario } from "./scenario.ts";
import type { ScenarioEvent, ScenarioName } from "./scenario-event.ts";

const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = { conference, collect, menu };

const STEP_TIMEOUT_MS = 15_000;

/**
 * Runs one scenario over HTTP, with the simulator and a scripted far end.
 *
 * @throws Error if the scenario has an unexpected result, a handler fails or the bot refuses a notification.
 */
export async function runScenario(
  { scenario, speed }: { scenario: ScenarioName; speed: number },
  emit: (event: ScenarioEvent) => void,
): Promise<void> {
  const { description, farEnd, run } = SCENARIOS[scenario];
  const simulator = await startSimulator({ speed, farEnd });
  let notifications = 0;
  let failures = 0;
  const failed = (error: unknown): void => {
    failures++;
    emit({ step: "failed", message: error instanceof Error ? error.message : String(error) });
  };
  try {
    const parts = await startBot(
      { ...simulator, graphUrl: simulator.url },
      { verified: () => notifications++, failed },
    );
    const { callbackUri } = parts;
    const bot = createCallingBot({ ...parts, tenantId: simulator.tenantId, onError: failed });
    try {
      emit({ step: "scenario", scenario, description, graph: simulator.url, speed });
      await run({
        bot,
        simulator,
        callbackUri,
        timeoutMs: STEP_TIMEOUT_MS,
        botDid: (action) => emit({ step: "bot", action }),
        farEndDid: (action) => emit({ step: "farEnd", action }),
      });
      await simulator.settled();
    } finally {
      await bot.close();
      await parts.close();
    }
    const { requests, undelivered } = simulator;
    if (failures + undelivered.length > 0)
      throw new Error(`expected no failures, got ${failures} and ${undelivered.length} refused notifications`);
    emit({ step: "done", requests: requests.length, notifications });
  } finally {
    await simulator.close();
  }
}
