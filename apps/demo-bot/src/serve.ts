import { startServer } from "./server/bot-server.ts";
import { readConfig } from "./server/server-config.ts";

// `npm start`: the bot as a server, until somebody ends it.
try {
  const config = readConfig(process.env);
  const log = (line: string): void => void process.stdout.write(`${line}\n`);
  const server = await startServer(config, log);
  const close = (): void => {
    // A second Ctrl-C, which npx likes to send, must not break off what the first began.
    for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal).on(signal, () => {});
    server.close().then(() => process.exit(), fail);
  };
  process.on("SIGINT", close).on("SIGTERM", close);
  log(`bot: ${server.bot.url}, notifications at ${server.bot.callbackUri}`);
  log(config.graph ? `Graph: ${server.graph.graphUrl}` : `Graph: a simulator of our own at ${server.graph.graphUrl}`);
  log(config.redisUrl ? "instances: shared over Redis" : "instances: this one alone; REDIS_URL shares with others");
} catch (error) {
  fail(error);
}

function fail(error: unknown): void {
  process.stderr.write(`bot: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
