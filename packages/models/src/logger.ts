/** Facts beside a log line: ids, counts, codes. Never tones, tokens or bodies. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** What graph-dtmf writes its log to: four methods that most loggers have, or can be given in a line. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
