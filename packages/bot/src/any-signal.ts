import { onAbort } from "@graph-dtmf/models/internal";

/**
 * A signal that aborts with the first of several signals. Call `release` when it is no longer needed: it removes the
 * listeners from signals that exist for long.
 */
export interface AnySignal {
  signal: AbortSignal;
  release(): void;
}

export function anySignal(...signals: readonly (AbortSignal | undefined)[]): AnySignal {
  const controller = new AbortController();
  const releases = signals.flatMap((signal) => {
    if (!signal) return [];
    const abort = (): void => controller.abort(signal.reason);
    if (signal.aborted) abort();
    return onAbort(signal, abort);
  });
  return {
    signal: controller.signal,
    release() {
      for (const release of releases) release();
    },
  };
}
