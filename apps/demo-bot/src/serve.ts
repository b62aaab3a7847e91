import { startBotServer } from "./server/bot-server.ts";
import { readServerConfig } from "./server/server-config.ts";

// The program of `npm start`: runs the bot as a server until SIGINT or SIGTERM.

const USAGE = `npm start

Runs a bot that answers calls. Its settings are environment variables:

  PORT          the port to listen on, 0 for a free one (default: 3978)
  PUBLIC_URL    the address at which Graph reaches the bot (default: http://127.0.0.1:PORT)
  REDIS_URL     the Redis that several instances share (default: none)
  TENANT_ID, CLIENT_ID, CLIENT_SECRET
                the identity of the bot; without it the bot starts a simulator
  GRAPH_URL, TOKEN_URL, OPENID_CONFIGURATION_URL
                the addresses of a simulator (default: those of the real service)
`;

if (process.argv.slice(2).some((argument) => argument === "--help" || argument === "-h")) process.stdout.write(USAGE);
else await serve().catch(fail);

async function serve(): Promise<void> {
  const config = readServerConfig(process.env);
  const log = (line: string): void => void process.stdout.write(`${line}\n`);
  const server = await startBotServer(config, log);
  const close = (): void => {
    // npx sends a second SIGINT after Ctrl-C. It must not interrupt the shutdown.
    for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal).on(signal, () => {});
    server.close().then(() => process.exit(), fail);
  };
  process.on("SIGINT", close).on("SIGTERM", close);
  log(`bot: ${server.bot.url}, notifications at ${server.bot.callbackUri}`);
  log(config.graph ? `Graph: ${server.graph.graphUrl}` : `Graph: a local simulator at ${server.graph.graphUrl}`);
  log(`instances: ${config.redisUrl ? "shared over Redis" : "only this one; set REDIS_URL to share with others"}`);
}

function fail(error: unknown): void {
  process.stderr.write(`bot: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
