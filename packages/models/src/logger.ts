/** Fields of a log line: ids, counts, codes. Never tones, tokens or bodies. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** The logger interface of graph-dtmf: four methods that most loggers have. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
