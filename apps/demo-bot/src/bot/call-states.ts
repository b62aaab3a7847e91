import { normalizeId } from "@graph-dtmf/models";

/** The states that calls were notified to be in, and who waits for one. */
export class CallStates {
  readonly #reached = new Set<string>();
  readonly #waiting = new Map<string, Set<() => void>>();

  set(callId: string, state: string | undefined): void {
    const key = keyOf(callId, state ?? "");
    this.#reached.add(key);
    for (const resolve of this.#waiting.get(key) ?? []) resolve();
    this.#waiting.delete(key);
  }

  /** Resolves once the call was in that state, at once if it has been: notifications may overtake answers. */
  reached(callId: string, state: string): Promise<void> {
    const key = keyOf(callId, state);
    if (this.#reached.has(key)) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, waiting.add(resolve));
    });
  }
}

function keyOf(callId: string, state: string): string {
  return `${normalizeId(callId)} ${state}`;
}
