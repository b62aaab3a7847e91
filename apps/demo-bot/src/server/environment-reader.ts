/** Environment variables, or a record in their place. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads environment variables, and collects the problems that it finds. An empty variable counts as absent. */
export class EnvironmentReader {
  /** One line for each invalid or missing variable. No line contains a value, because one of them is a secret. */
  readonly problems: string[] = [];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  readText(name: string): string | undefined {
    return this.#environment[name]?.trim() || undefined;
  }

  /** @param expected What the variable must be, for the problem line. */
  readValid(name: string, isValid: (text: string) => boolean, expected: string): string | undefined {
    const text = this.readText(name);
    if (text !== undefined && !isValid(text)) this.problems.push(`${name}: expected ${expected}`);
    return text;
  }

  /** An address without slashes at its end. */
  readUrl(name: string, ...schemes: string[]): string | undefined {
    const expected = `an address that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`;
    return this.readValid(name, (text) => schemes.includes(schemeOf(text)), expected)?.replace(/\/+$/, "");
  }

  /** A Redis address, or a list of Redis Cluster nodes. */
  readRedisUrl(name: string): string | undefined {
    return this.readValid(
      name,
      (text) => text.split(",").every((url) => /^rediss?$/.test(schemeOf(url))),
      "an address that begins with redis:// or rediss://, or the addresses of Cluster nodes with commas between them",
    );
  }

  readGuid(name: string): string | undefined {
    return this.readValid(name, (text) => GUID.test(text), "a GUID");
  }

  readPort(name: string): number | undefined {
    const text = this.readValid(name, isPort, "a number from 0 to 65535, 0 for a free port");
    return text === undefined ? undefined : Number(text);
  }
}

const GUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

const isPort = (text: string): boolean => /^\d+$/.test(text) && Number(text) <= 65_535;

const schemeOf = (text: string): string => (URL.canParse(text) ? new URL(text).protocol.slice(0, -1) : "");
