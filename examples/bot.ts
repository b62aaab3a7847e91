// The bot and its server, for the examples with calls.
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

/** Where Graph posts notifications: an https URL, or an http URL for a simulator on this machine. */
export const callbackUri: string = env.PUBLIC_URL ?? `http://127.0.0.1:${port}/api/calls`;

export const bot: CallingBot = createCallingBot({
  credential,
  callbackUri,
  appId: env.APP_ID ?? "",
  tenantIds: (env.TENANT_ID ?? "").split(","),
  // The URLs of a simulator. The defaults are Microsoft's.
  ...(env.GRAPH_URL && { baseUrl: env.GRAPH_URL }),
  openIdConfigurationUrl: env.OPENID_CONFIGURATION_URL,
});
server.on("request", toNodeHandler(bot.receiver));

/** Closes the server and the bot, so that the process can end. */
export async function close(): Promise<void> {
  server.close();
  server.closeIdleConnections();
  await bot.close();
}
