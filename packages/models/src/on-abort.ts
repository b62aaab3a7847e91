/** Those who listen to one signal, through one listener on the signal itself. */
interface Audience {
  readonly members: Set<() => void>;
  readonly tell: () => void;
}

/** No state of its own: what is known of a signal goes when the last one has left, or with the signal. */
const audiences = new WeakMap<AbortSignal, Audience>();

/**
 * Calls back when the signal is aborted, until the function that it returns is called.
 *
 * A bot may share one signal among all of its requests and waits. To register each of them with the signal would be
 * taken for a leak: Node warns of more than ten.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const audience = audiences.get(signal) ?? gather(signal);
  // One of its own for each call, so that the same function may be given twice.
  const member = (): void => listener();
  audience.members.add(member);
  return () => {
    if (!audience.members.delete(member) || audience.members.size > 0) return;
    audiences.delete(signal);
    signal.removeEventListener("abort", audience.tell);
  };
}

function gather(signal: AbortSignal): Audience {
  const members = new Set<() => void>();
  const tell = (): void => {
    for (const member of members) member();
  };
  const audience = { members, tell };
  audiences.set(signal, audience);
  signal.addEventListener("abort", tell);
  return audience;
}
