import { startSimulator } from "@graph-dtmf/simulator";
import { type Bot, type GraphConfig, startBot } from "../bot/bot.ts";
import type { ServerConfig } from "./server-config.ts";
import { openSharedStore } from "./shared-store.ts";

/** A bot that serves, and what it needs besides. */
export interface BotServer {
  bot: Bot;
  graph: GraphConfig;
  /** Takes no more, ends what is under way, and lets go of everything. */
  close(): Promise<void>;
}

/** Starts what the environment asked for. `log` is told what happens, never which keys are pressed. */
export async function startServer(config: ServerConfig, log: (line: string) => void): Promise<BotServer> {
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const graph = config.graph ?? (await ownGraph(closing));
    const shared = config.redisUrl === undefined ? undefined : await openSharedStore(config.redisUrl);
    if (shared) closing.push(shared.close);
    const failed = (error: unknown): void => log(`failed: ${error instanceof Error ? error.message : String(error)}`);
    const bot = await startBot({ ...config, ...graph, store: shared?.store }, { verified: () => {}, failed });
    closing.push(() => bot.close());
    takeCalls(bot, log);
    return { bot, graph, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function ownGraph(closing: (() => Promise<void>)[]): Promise<GraphConfig> {
  const simulator = await startSimulator();
  closing.push(() => simulator.close());
  return { ...simulator, graphUrl: simulator.url };
}

/** Answers whoever calls, and tells what becomes of calls and operations. */
function takeCalls({ receiver, dtmf, callbackUri }: Bot, log: (line: string) => void): void {
  receiver.on("call", async ({ callId, call }) => {
    log(`call ${callId}: ${call.state ?? "changed"}`);
    if (call.state === "incoming") await dtmf.calls.answer(callId, { callbackUri });
  });
  receiver.on("tone", ({ callId }) => log(`call ${callId}: somebody pressed a key`));
  receiver.on("operation", ({ callId, operation: { status, completionReason } }) =>
    log(`call ${callId}: an operation is ${status ?? "under way"}${completionReason ? `, ${completionReason}` : ""}`),
  );
}
