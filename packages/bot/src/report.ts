import type { Logger } from "@graph-dtmf/models";

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
    guarded(() => log?.error("graph-dtmf: the bot failed", { ...factsOf(error), callId: about?.callId }));
    guarded(() => onError?.(error, about));
  };
}

/** Names and codes only: messages may hold anything. */
function factsOf(error: unknown): { error?: string; code?: string } {
  if (!(error instanceof Error)) return {};
  const { code } = error as { code?: unknown };
  return { error: error.name, ...(typeof code === "string" && { code }) };
}

/** Whoever reports a failure has nobody left to tell of its own. */
function guarded(report: () => unknown): void {
  try {
    const reported = report();
    if (reported instanceof Promise) reported.catch(() => {});
  } catch {
    // As above.
  }
}
