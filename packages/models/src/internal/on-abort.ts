/** The listeners of one signal, behind one listener on the signal itself. */
interface SharedListener {
  readonly listeners: Set<() => void>;
  readonly callAll: () => void;
}

/** An entry is removed with its last listener, or together with the signal. */
const sharedListeners = new WeakMap<AbortSignal, SharedListener>();

/**
 * Calls the listener when the signal aborts. Returns a function that removes the listener.
 *
 * A bot may use one signal for all of its requests and waits. Node reports a possible leak when a signal has more
 * than ten listeners of its own.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const shared = sharedListeners.get(signal) ?? addSharedListener(signal);
  // A new function for each call, so that the same listener can be added twice.
  const own = (): void => listener();
  shared.listeners.add(own);
  return () => {
    if (!shared.listeners.delete(own) || shared.listeners.size > 0) return;
    sharedListeners.delete(signal);
    signal.removeEventListener("abort", shared.callAll);
  };
}

function addSharedListener(signal: AbortSignal): SharedListener {
  const listeners = new Set<() => void>();
  const callAll = (): void => {
    for (const listener of listeners) listener();
  };
  const shared = { listeners, callAll };
  sharedListeners.set(signal, shared);
  signal.addEventListener("abort", callAll);
  return shared;
}
