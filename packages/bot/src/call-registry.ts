import { normalizeId } from "@graph-dtmf/models";
import { CallProgress } from "./call-progress.ts";

/** The maximum number of calls. Above it, the least recently used call is removed that has ended or has no handle. */
const MAX_CALLS = 10_000;

/** The progress and the handle of each call, by id. */
export class CallRegistry<Handle> {
  readonly #entries = new Map<string, { progress: CallProgress; handle?: Handle }>();

  /** Returns the entry of a call, creates it if necessary, and marks it as the most recently used. */
  get(callId: string): { progress: CallProgress; handle?: Handle } {
    const id = normalizeId(callId);
    const entry = this.#entries.get(id) ?? { progress: new CallProgress() };
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    if (this.#entries.size > MAX_CALLS) this.#evictOne();
    return entry;
  }

  #evictOne(): void {
    for (const [id, { progress, handle }] of this.#entries) {
      if (handle !== undefined && !progress.isEnded) continue;
      this.#entries.delete(id);
      return;
    }
  }
}
