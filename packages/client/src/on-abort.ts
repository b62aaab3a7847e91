import { EventEmitter, getMaxListeners, setMaxListeners } from "node:events";

/**
 * Calls back when the signal is aborted, until the function that it returns is called.
 *
 * A bot may share one signal among all of its requests. That all of them listen to it is no leak, though Node 20 warns
 * of one: its default limit is lifted. A limit that somebody chose stays.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (hasDefaultLimit(signal)) setMaxListeners(Number.POSITIVE_INFINITY, signal);
  signal.addEventListener("abort", listener);
  return () => signal.removeEventListener("abort", listener);
}

function hasDefaultLimit(signal: AbortSignal): boolean {
  try {
    return getMaxListeners(signal) === EventEmitter.defaultMaxListeners;
  } catch {
    // A signal that is not the platform's own; on Node 20 also one whose limit is 0.
    return false;
  }
}
