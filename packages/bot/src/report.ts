import type { Logger } from "@graph-dtmf/models";

/** Hears of what went wrong where nobody waits for it. */
export type BotErrorListener = (error: unknown, about?: { callId?: string }) => void;

/** Reports to `onError` and to the logger. With neither, to the console: failures are never silent. */
export function createReport({
  onError,
  logger,
}: {
  onError?: BotErrorListener | undefined;
  logger?: Logger | undefined;
}): BotErrorListener {
  const log = logger ?? (onError ? undefined : console);
  return (error, about) => {
    const { name, code } = Object(error) as { name?: unknown; code?: unknown };
    // Names and codes only: messages may hold anything.
    log?.error("graph-dtmf: the bot failed", { error: String(name), code: String(code), callId: about?.callId });
    onError?.(error, about);
  };
}
