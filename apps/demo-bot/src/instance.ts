import { DtmfError } from "@graph-dtmf/models";
import type { Message, Order, Result } from "./instances/ipc-messages.ts";
import { startBotServer } from "./server/bot-server.ts";
import { readServerConfig } from "./server/server-config.ts";

// One of many instances: the server of `npm start`, which does what the process that started it asks for.
const { bot, graph, close } = await startBotServer(readServerConfig(process.env), () => {});
// A callback, so that a starter that is gone already is no error: nobody needs to be told.
const tell = (message: Message): void => void process.send?.(message, undefined, undefined, () => {});

bot.receiver.on("operation", ({ callId }) => tell({ heard: callId }));
process.on("message", async (order: Order) => tell({ order: order.order, ...(await result(order)) }));
process.on("disconnect", () => void close().finally(() => process.exit()));
tell({ ready: bot.url });

async function result(order: Order): Promise<Result> {
  try {
    return await perform(order);
  } catch (error) {
    return { failed: error instanceof DtmfError ? error.code : String(error) };
  }
}

async function perform(order: Order): Promise<Result> {
  const { dtmf, operations, callbackUri } = bot;
  if (order.do === "call") {
    const { id } = await dtmf.calls.create({
      callbackUri,
      tenantId: graph.tenantId,
      targets: [{ phone: { id: "+15550100" } }],
    });
    return { callId: id };
  }
  const { callId, clientContext } = order;
  if (order.do === "resume") return { ended: await operations.resume({ callId, clientContext }).completion() };
  const { keys: tones, delayBetweenTonesMs = 0 } = order;
  const sent = await dtmf.sendDtmfTones(callId, { tones, clientContext, delayBetweenTonesMs });
  tell({ accepted: clientContext });
  return { ended: await sent.completion() };
}
