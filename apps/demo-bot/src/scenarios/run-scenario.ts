import { createCallingBot } from "@graph-dtmf/bot";
import { startSimulator } from "@graph-dtmf/simulator";
import { startBot } from "../bot/bot.ts";
import type { ScenarioEvent, ScenarioName } from "./scenario-event.ts";
import { CONVERSATIONS } from "./scenarios.ts";

/** How long one step may take. */
const STEP_MS = 15_000;

/**
 * Holds one conversation, over real sockets, with a scripted far end.
 *
 * @throws Error saying what was not seen as it should be.
 */
export async function tellScenario(
  { scenario, speed }: { scenario: ScenarioName; speed: number },
  tell: (event: ScenarioEvent) => void,
): Promise<void> {
  const { about, farEnd, hold } = CONVERSATIONS[scenario];
  const simulator = await startSimulator({ speed, farEnd });
  let notifications = 0;
  let failures = 0;
  const failed = (error: unknown): void => {
    failures++;
    tell({ step: "failed", message: error instanceof Error ? error.message : String(error) });
  };
  try {
    const parts = await startBot(
      { ...simulator, graphUrl: simulator.url },
      { verified: () => notifications++, failed },
    );
    const { callbackUri } = parts;
    const bot = createCallingBot({ ...parts, tenantId: simulator.tenantId, onError: failed });
    try {
      tell({ step: "scenario", scenario, about, graph: simulator.url, speed });
      await hold({
        bot,
        simulator,
        callbackUri,
        timeoutMs: STEP_MS,
        botDid: (did) => tell({ step: "bot", did }),
        farEndDid: (did) => tell({ step: "farEnd", did }),
      });
      await simulator.settled();
    } finally {
      await bot.close();
      await parts.close();
    }
    const { requests, undelivered } = simulator;
    if (failures + undelivered.length > 0)
      throw new Error(`expected nothing to fail, saw ${failures} failures and ${undelivered.length} refusals`);
    tell({ step: "done", requests: requests.length, notifications });
  } finally {
    await simulator.close();
  }
}
