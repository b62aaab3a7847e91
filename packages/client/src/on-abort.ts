import { EventEmitter, getMaxListeners, setMaxListeners } from "node:events";

/**
 * Calls back when the signal is aborted, until the function that it returns is called.
 *
 * A bot may share one signal among all of its requests. That all of them listen to it is no leak, though Node would
 * warn of one: its default limit is lifted. A limit that somebody chose stays.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  // A signal that is not the platform's own has no such limit.
  if (signal instanceof EventTarget && getMaxListeners(signal) === EventEmitter.defaultMaxListeners) {
    setMaxListeners(0, signal);
  }
  signal.addEventListener("abort", listener);
  return () => signal.removeEventListener("abort", listener);
}
