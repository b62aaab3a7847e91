import { onAbort } from "@graph-dtmf/models/internal";

/** A combined signal. `release` removes its listeners from the source signals, which may exist longer. */
interface AnySignal {
  signal: AbortSignal;
  release(): void;
}

/** Returns a signal that aborts with the first of several signals, and with its reason. */
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
