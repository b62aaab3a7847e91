import { parseArgs } from "node:util";
import type { Simulator } from "./server/simulator.ts";

/** The text of `--help`. */
export const HELP = `Usage: graph-dtmf-simulator [options]

A local simulator of the Microsoft Graph calling service.

  --port <number>         Port to listen on. Default 4000; 0 for a free one.
  --host <address>        Address to listen on. Default 127.0.0.1; 0.0.0.0 for other machines too.
  --speed <number>        How many times faster than in reality calls run. Default 1.
  --app-id <id>           The bot's application. Default: random.
  --tenant-id <id>        The tenant. Default: random.
  --client-secret <text>  The bot's secret. Default: random.
  --roles <list>          The bot's permissions, separated by commas. Default: all.
  --far-end <file>        The called party: a phone menu as JSON.
  --tls-cert <file>       Use https with this certificate, in PEM …
  --tls-key <file>        … and this key.
  --callback-ca <file>    Trust https callbacks with these certificates, in PEM.
  --help                  This text.
`;

/** The options of the command line, before files are read. */
export interface CommandLine {
  port: number;
  host: string;
  speed: number;
  appId?: string;
  tenantId?: string;
  clientSecret?: string;
  roles?: readonly string[];
  /** Paths of files. */
  files: Partial<Record<"farEnd" | "tlsCert" | "tlsKey" | "callbackCa", string>>;
}

/**
 * Parses the arguments of the program.
 *
 * @returns `undefined` for `--help`.
 * @throws Error with a message for the user of the command line.
 */
export function readCommandLine(args: readonly string[]): CommandLine | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string", default: "4000" },
      host: { type: "string", default: "127.0.0.1" },
      speed: { type: "string", default: "1" },
      "app-id": text,
      "tenant-id": text,
      "client-secret": text,
      roles: text,
      "far-end": text,
      "tls-cert": text,
      "tls-key": text,
      "callback-ca": text,
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const port = Number(values.port);
  const speed = Number(values.speed);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("--port must be a number from 0 to 65535");
  if (!(speed > 0 && Number.isFinite(speed))) throw new Error("--speed must be a number above 0");
  const { "tls-cert": tlsCert, "tls-key": tlsKey } = values;
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new Error("--tls-cert and --tls-key must be used together");
  return {
    port,
    host: values.host,
    speed,
    ...withoutUndefined({
      appId: values["app-id"],
      tenantId: values["tenant-id"],
      clientSecret: values["client-secret"],
      roles: values.roles?.split(",").map((role) => role.trim()),
    }),
    files: withoutUndefined({ farEnd: values["far-end"], tlsCert, tlsKey, callbackCa: values["callback-ca"] }),
  };
}

/** The output after the start: the configuration of a bot, and a first command to try. */
export function startMessage(simulator: Simulator): string {
  const { url, tokenUrl, openIdConfigurationUrl, appId, tenantId, clientSecret } = simulator;
  // Clients do not trust an own certificate by default.
  const curl = url.startsWith("https:") ? "curl -sk" : "curl -s";
  return `graph-dtmf-simulator listens on ${url}

  Graph                 ${url}/v1.0
  tokens                ${tokenUrl}
  OpenID configuration  ${openIdConfigurationUrl}
  application id        ${appId}
  tenant id             ${tenantId}
  client secret         ${clientSecret}

A first request:

  ${curl} ${tokenUrl} \\
    -d grant_type=client_credentials -d client_id=${appId} \\
    --data-urlencode 'client_secret=${clientSecret}' -d scope=https://graph.microsoft.com/.default

Press Ctrl-C to stop.
`;
}

type WithoutUndefined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

const withoutUndefined = <T extends object>(values: T): WithoutUndefined<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as WithoutUndefined<T>;
