import type { GraphConfig } from "../bot/bot.ts";
import { type Environment, EnvironmentReader } from "./environment-reader.ts";

/** The settings of a bot server. */
export interface ServerConfig {
  /** The port to listen on. 0 is a free one. */
  port: number;
  /** The address at which Graph reaches the bot. Absent: `http://127.0.0.1` with the port, for a local simulator. */
  publicUrl: string | undefined;
  /** The Redis that instances share. Absent: this instance shares nothing. */
  redisUrl: string | undefined;
  /** Absent: the server starts a simulator. */
  graph: GraphConfig | undefined;
}

const DEFAULT_PORT = 3978;

/**
 * Reads the settings from environment variables. An empty variable counts as absent.
 *
 * - `TENANT_ID`, `CLIENT_ID`, `CLIENT_SECRET` and `PUBLIC_URL` select the real service.
 * - The first three with `GRAPH_URL` select a simulator at that address.
 * - Without them, the server starts a simulator.
 *
 * @throws Error that lists every invalid or missing variable. It contains no values, because one of them is a secret.
 */
export function readServerConfig(environment: Environment): ServerConfig {
  const reader = new EnvironmentReader(environment);
  const port = reader.readPort("PORT") ?? DEFAULT_PORT;
  const redisUrl = reader.readRedisUrl("REDIS_URL");
  const graphUrl = reader.readUrl("GRAPH_URL", "http", "https");
  const tokenUrl = reader.readUrl("TOKEN_URL", "http", "https");
  const openIdConfigurationUrl = reader.readUrl("OPENID_CONFIGURATION_URL", "http", "https");
  const tenantId = reader.readGuid("TENANT_ID");
  const appId = reader.readGuid("CLIENT_ID");
  const clientSecret = reader.readText("CLIENT_SECRET");
  const identity = { TENANT_ID: tenantId, CLIENT_ID: appId, CLIENT_SECRET: clientSecret };
  const isReal = graphUrl === undefined && Object.values(identity).some((value) => value !== undefined);
  const publicUrl = isReal ? reader.readUrl("PUBLIC_URL", "https") : reader.readUrl("PUBLIC_URL", "http", "https");

  if (isReal || graphUrl !== undefined) {
    const purpose = isReal ? "for the real service; set GRAPH_URL to use a simulator" : "with GRAPH_URL";
    for (const [name, value] of Object.entries({ ...identity, ...(isReal && { PUBLIC_URL: publicUrl }) })) {
      if (value === undefined) reader.problems.push(`${name}: required ${purpose}`);
    }
  }
  if (reader.problems.length > 0)
    throw new Error(`invalid environment variables:\n${reader.problems.map((problem) => `  ${problem}`).join("\n")}`);

  const server = { port, publicUrl, redisUrl };
  if (!(tenantId && appId && clientSecret)) return { ...server, graph: undefined };
  return {
    ...server,
    graph: {
      tenantId,
      appId,
      clientSecret,
      graphUrl: graphUrl ?? "https://graph.microsoft.com",
      tokenUrl: tokenUrl ?? `${graphUrl ?? "https://login.microsoftonline.com"}/${tenantId}/oauth2/v2.0/token`,
      openIdConfigurationUrl: openIdConfigurationUrl ?? (graphUrl && `${graphUrl}/v1/.well-known/OpenIdConfiguration`),
    },
  };
}
