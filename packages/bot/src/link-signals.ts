import { onAbort } from "@graph-dtmf/models/internal";

/** A signal that is aborted with the first of several. Whoever made it has to unlink it: some of them live long. */
export interface LinkedSignal {
  signal: AbortSignal;
  unlink(): void;
}

export function linkSignals(...signals: readonly (AbortSignal | undefined)[]): LinkedSignal {
  const linked = new AbortController();
  const unlinks = signals.flatMap((signal) => {
    if (!signal) return [];
    const abort = (): void => linked.abort(signal.reason);
    if (signal.aborted) abort();
    return onAbort(signal, abort);
  });
  return {
    signal: linked.signal,
    unlink() {
      for (const unlink of unlinks) unlink();
    },
  };
}
