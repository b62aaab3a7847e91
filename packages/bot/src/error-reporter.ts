import type { Logger } from "@graph-dtmf/models";
import { errorFields, ignoreErrors } from "@graph-dtmf/models/internal";

/** Called with failures that no promise reports. */
export type BotErrorListener = (error: unknown, about?: { callId?: string }) => void;

/** Where failures are reported. */
interface ErrorReporterOptions {
  onError?: BotErrorListener | undefined;
  logger?: Logger | undefined;
}

/**
 * Returns a function that reports to `onError` and to the logger, or to the console if there is neither. It never
 * throws.
 */
export function createErrorReporter({ onError, logger }: ErrorReporterOptions): BotErrorListener {
  const log = logger ?? (onError ? undefined : console);
  return (error, about) => {
    ignoreErrors(() => log?.error("graph-dtmf: the bot failed", { ...errorFields(error), callId: about?.callId }));
    ignoreErrors(() => onError?.(error, about));
  };
}
