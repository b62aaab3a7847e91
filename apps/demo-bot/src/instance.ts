import { DtmfError } from "@graph-dtmf/models";
import type { CommandRequest, CommandResult, InstanceMessage } from "./instances/ipc-messages.ts";
import { startBotServer } from "./server/bot-server.ts";
import { readServerConfig } from "./server/server-config.ts";

// One of several instances: the server of `npm start`, which also executes commands of its parent process.
const { bot, graph, close } = await startBotServer(readServerConfig(process.env), () => {});
// With a callback, `send` does not throw if the parent process has exited.
const send = (message: InstanceMessage): void => void process.send?.(message, undefined, undefined, () => {});

bot.receiver.on("operation", ({ callId }) => send({ notified: callId }));
process.on("message", async (request: CommandRequest) =>
  send({ requestId: request.requestId, ...(await resultOf(request)) }),
);
process.on("disconnect", () => void close().finally(() => process.exit()));
send({ ready: bot.url });

async function resultOf(request: CommandRequest): Promise<CommandResult> {
  try {
    return await execute(request);
  } catch (error) {
    return { error: error instanceof DtmfError ? error.code : String(error) };
  }
}

async function execute(request: CommandRequest): Promise<CommandResult> {
  const { dtmf, operations, callbackUri } = bot;
  if (request.command === "createCall") {
    const { id } = await dtmf.calls.create({
      callbackUri,
      tenantId: graph.tenantId,
      targets: [{ phone: { id: "+15550100" } }],
    });
    return { callId: id };
  }
  const { callId, clientContext } = request;
  if (request.command === "resume") {
    return { outcome: await operations.resume({ callId, clientContext }).completion() };
  }
  const { keys: tones, delayBetweenTonesMs = 0 } = request;
  const sent = await dtmf.sendDtmfTones(callId, { tones, clientContext, delayBetweenTonesMs });
  return { outcome: await sent.completion() };
}
