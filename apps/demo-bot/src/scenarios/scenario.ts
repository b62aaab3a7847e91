import type { CallingBot } from "@graph-dtmf/bot";
import type { PhoneMenu, Simulator } from "@graph-dtmf/simulator";

/** A dialogue between the bot and a scripted far end. */
export interface Scenario {
  description: string;
  /** The script of the far end. */
  farEnd: PhoneMenu;
  /** @throws Error if the bot or the far end receives anything unexpected. */
  run(context: ScenarioContext): Promise<void>;
}

/** What a scenario runs with. */
export interface ScenarioContext {
  bot: CallingBot;
  simulator: Simulator;
  callbackUri: string;
  /** The limit of each wait, in milliseconds. */
  timeoutMs: number;
  /** Reports an action of the bot. */
  botDid(action: string): void;
  /** Reports an action of the far end. */
  farEndDid(action: string): void;
}
