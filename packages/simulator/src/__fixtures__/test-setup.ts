import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { type Simulator, type SimulatorOptions, startSimulator } from "../index.ts";
import { FetchClient } from "./fetch-client.ts";
import { RecordingBot } from "./recording-bot.ts";

/** A simulator with a manual clock, a bot, and a client with a token. */
export interface TestSetup {
  simulator: Simulator;
  bot: RecordingBot;
  client: FetchClient;
  clock: ManualClock;
  /** Creates a call; resolves with its id once the bot has received `established`. */
  createEstablishedCall(): Promise<string>;
  close(): Promise<void>;
}

/** Starts a simulator and a bot. */
export async function createTestSetup(options: SimulatorOptions = {}): Promise<TestSetup> {
  const clock = createManualClock();
  const [simulator, bot] = await Promise.all([
    startSimulator({ clock, callbackTimeoutMs: 60_000, ...options }),
    RecordingBot.start(),
  ]);
  const client = await new FetchClient(simulator, bot).authenticate();
  return {
    simulator,
    bot,
    client,
    clock,
    async createEstablishedCall() {
      const callId = await client.createCall();
      await clock.advance(500);
      await bot.waitFor(
        ({ resourceUrl, resourceData }) => resourceUrl.endsWith(callId) && resourceData.state === "established",
      );
      return callId;
    },
    async close() {
      await Promise.all([simulator.close(), bot.close()]);
    },
  };
}
