import { normalizeId } from "@graph-dtmf/models";

/** Records the states that notifications report for calls, and lets callers wait for one. */
export class CallStates {
  readonly #reached = new Set<string>();
  readonly #waiters = new Map<string, Set<() => void>>();

  set(callId: string, state: string | undefined): void {
    const key = keyOf(callId, state ?? "");
    this.#reached.add(key);
    for (const resolve of this.#waiters.get(key) ?? []) resolve();
    this.#waiters.delete(key);
  }

  /** Resolves when the call has reached the state. A state in the past counts: notifications may overtake responses. */
  waitFor(callId: string, state: string): Promise<void> {
    const key = keyOf(callId, state);
    if (this.#reached.has(key)) return Promise.resolve();
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(key) ?? new Set();
      this.#waiters.set(key, waiters.add(resolve));
    });
  }
}

function keyOf(callId: string, state: string): string {
  return `${normalizeId(callId)} ${state}`;
}
