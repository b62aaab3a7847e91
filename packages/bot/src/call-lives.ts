import { normalizeId } from "@graph-dtmf/models";
import { CallLife } from "./call-life.ts";

/** How many calls are remembered; of those that are over, or that nobody asked for, the one heard of longest ago goes first. */
const MOST_CALLS = 10_000;

/** What is known of calls, by id. */
export class CallLives<Handle> {
  readonly #lives = new Map<string, { life: CallLife; handle?: Handle }>();

  /** The life of a call; from now on it is the one heard of last. */
  of(callId: string): { life: CallLife; handle?: Handle } {
    const id = normalizeId(callId);
    const known = this.#lives.get(id) ?? { life: new CallLife() };
    this.#lives.delete(id);
    this.#lives.set(id, known);
    if (this.#lives.size > MOST_CALLS) this.#forgetOne();
    return known;
  }

  #forgetOne(): void {
    for (const [id, { life, handle }] of this.#lives) {
      if (handle !== undefined && !life.isOver) continue;
      this.#lives.delete(id);
      return;
    }
  }
}
