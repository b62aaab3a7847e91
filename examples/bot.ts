// The bot and the server that the dialogues in this folder use.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { env } from "node:process";
import { type CallingBot, createCallingBot } from "@graph-dtmf/bot";
import { toNodeHandler } from "@graph-dtmf/notifications/node";
import { credential } from "./credential.ts";

const server = createServer();
server.listen(Number(env.PORT ?? 3978));
await once(server, "listening");
const { port } = server.address() as AddressInfo;

/** Where Graph posts notifications: over https, or over http to a simulator on this machine. */
export const callbackUri: string = env.PUBLIC_URL ?? `http://127.0.0.1:${port}/api/calls`;

export const bot: CallingBot = createCallingBot({
  credential,
  callbackUri,
  appId: env.APP_ID ?? "",
  tenantIds: (env.TENANT_ID ?? "").split(","),
  // The URLs of a simulator if they are set, else Microsoft's.
  ...(env.GRAPH_URL && { baseUrl: env.GRAPH_URL }),
  openIdConfigurationUrl: env.OPENID_CONFIGURATION_URL,
});
server.on("request", toNodeHandler(bot.receiver));

/** Lets the process end. */
export async function close(): Promise<void> {
  server.close();
  server.closeIdleConnections();
  await bot.close();
}
