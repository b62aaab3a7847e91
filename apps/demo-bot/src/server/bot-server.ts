import { startSimulator } from "@graph-dtmf/simulator";
import { type Bot, type GraphConfig, startBot } from "../bot/bot.ts";
import type { ServerConfig } from "./server-config.ts";
import { openSharedStore } from "./shared-store.ts";

/** A running bot that answers calls, with the Graph that it uses. */
export interface BotServer {
  bot: Bot;
  graph: GraphConfig;
  /** Refuses new requests, finishes running handlers, then closes the bot, the store and the simulator. */
  close(): Promise<void>;
}

/** Starts the bot that the configuration describes. `log` receives lines without digits. */
export async function startBotServer(config: ServerConfig, log: (line: string) => void): Promise<BotServer> {
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const graph = config.graph ?? (await startLocalGraph(closing));
    const shared = config.redisUrl === undefined ? undefined : await openSharedStore(config.redisUrl);
    if (shared) closing.push(shared.close);
    const failed = (error: unknown): void => log(`failed: ${error instanceof Error ? error.message : String(error)}`);
    const bot = await startBot({ ...config, ...graph, store: shared?.store }, { verified: () => {}, failed });
    closing.push(() => bot.close());
    answerCalls(bot, log);
    return { bot, graph, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startLocalGraph(closing: (() => Promise<void>)[]): Promise<GraphConfig> {
  const simulator = await startSimulator();
  closing.push(() => simulator.close());
  return { ...simulator, graphUrl: simulator.url };
}

/** Answers every incoming call, and logs the states of calls and operations. */
function answerCalls({ receiver, dtmf, callbackUri }: Bot, log: (line: string) => void): void {
  receiver.on("call", async ({ callId, call }) => {
    log(`call ${callId}: ${call.state ?? "changed"}`);
    if (call.state === "incoming") await dtmf.calls.answer(callId, { callbackUri });
  });
  receiver.on("tone", ({ callId }) => log(`call ${callId}: a key was pressed`));
  receiver.on("operation", ({ callId, operation: { status, completionReason } }) =>
    log(`call ${callId}: operation ${status ?? "running"}${completionReason ? `, ${completionReason}` : ""}`),
  );
}
