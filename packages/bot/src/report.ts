import type { Logger } from "@graph-dtmf/models";
import { errorFields, ignoreErrors } from "@graph-dtmf/models/internal";

/** Hears of what went wrong where nobody waits for it. */
export type BotErrorListener = (error: unknown, about?: { callId?: string }) => void;

/** Where failures are reported. */
export interface ReportOptions {
  onError?: BotErrorListener | undefined;
  logger?: Logger | undefined;
}

/** Reports to `onError` and to the logger. With neither, to the console: failures are never silent. It never throws. */
export function createReport({ onError, logger }: ReportOptions): BotErrorListener {
  const log = logger ?? (onError ? undefined : console);
  return (error, about) => {
    ignoreErrors(() => log?.error("graph-dtmf: the bot failed", { ...errorFields(error), callId: about?.callId }));
    ignoreErrors(() => onError?.(error, about));
  };
}
