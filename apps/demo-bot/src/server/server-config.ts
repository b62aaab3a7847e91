import type { GraphConfig } from "../bot/bot.ts";

/** What a bot's server is told by its environment. */
export interface ServerConfig {
  port: number;
  /** Where Graph reaches us. Absent: directly, as only a simulator on this machine does. */
  publicUrl: string | undefined;
  /** What instances share. Absent: this one is alone. */
  redisUrl: string | undefined;
  /** Absent: a simulator of our own. */
  graph: GraphConfig | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment. What is empty is absent.
 *
 * `TENANT_ID`, `CLIENT_ID`, `CLIENT_SECRET` and `PUBLIC_URL` mean the real service; the first three and `GRAPH_URL` a
 * simulator that runs there; none of them a simulator of our own.
 *
 * @throws Error that tells everything that is wrong, at once, and repeats no value: one of them is a secret.
 */
export function readConfig(environment: Environment): ServerConfig {
  const faults: string[] = [];
  const read = (name: string, isGood: (text: string) => boolean, expected: string): string | undefined => {
    const text = environment[name]?.trim() || undefined;
    if (text !== undefined && !isGood(text)) faults.push(`${name}: expected ${expected}`);
    return text;
  };
  const readUrl = (name: string, ...schemes: string[]): string | undefined => {
    const expected = `an address that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`;
    return read(name, (text) => schemes.includes(schemeOf(text)), expected)?.replace(/\/+$/, "");
  };
  const readId = (name: string): string | undefined => read(name, (text) => GUID.test(text), "a GUID");

  const port = Number(read("PORT", isPort, "a number from 0 to 65535, 0 for a free one") ?? 3978);
  const redisUrl = read(
    "REDIS_URL",
    (text) => text.split(",").every((url) => /^rediss?$/.test(schemeOf(url))),
    "an address that begins with redis:// or rediss://, or those of a Cluster's nodes with commas between them",
  );
  const graphUrl = readUrl("GRAPH_URL", "http", "https");
  const tokenUrl = readUrl("TOKEN_URL", "http", "https");
  const openIdConfigurationUrl = readUrl("OPENID_CONFIGURATION_URL", "http", "https");
  const [tenantId, appId] = [readId("TENANT_ID"), readId("CLIENT_ID")];
  const clientSecret = read("CLIENT_SECRET", () => true, "");
  const isReal = graphUrl === undefined && [tenantId, appId, clientSecret].some((part) => part !== undefined);
  const publicUrl = isReal ? readUrl("PUBLIC_URL", "https") : readUrl("PUBLIC_URL", "http", "https");

  const needed = {
    TENANT_ID: tenantId,
    CLIENT_ID: appId,
    CLIENT_SECRET: clientSecret,
    ...(isReal && { PUBLIC_URL: publicUrl }),
  };
  const missing = Object.entries(needed).filter(([, value]) => value === undefined);
  if (isReal || graphUrl !== undefined) {
    const whither = isReal ? "the real service, for some of its settings are there" : "the Graph of GRAPH_URL";
    for (const [name] of missing) faults.push(`${name}: expected, to talk to ${whither}`);
  }
  if (faults.length > 0)
    throw new Error(`the environment is not as expected:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);

  const server = { port, publicUrl, redisUrl };
  if (!(tenantId && appId && clientSecret)) return { ...server, graph: undefined };
  const graph = { tenantId, appId, clientSecret, graphUrl: graphUrl ?? "https://graph.microsoft.com" };
  return {
    ...server,
    graph: {
      ...graph,
      tokenUrl: tokenUrl ?? `${graphUrl ?? "https://login.microsoftonline.com"}/${tenantId}/oauth2/v2.0/token`,
      openIdConfigurationUrl: openIdConfigurationUrl ?? (graphUrl && `${graphUrl}/v1/.well-known/OpenIdConfiguration`),
    },
  };
}

const GUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

const isPort = (text: string): boolean => /^\d+$/.test(text) && Number(text) <= 65_535;

const schemeOf = (text: string): string => (URL.canParse(text) ? new URL(text).protocol.slice(0, -1) : "");
