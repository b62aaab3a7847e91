import type { Call, CallState, OpenEnum, ResultInfo } from "@graph-dtmf/models";
import { reasonOf } from "./errors.ts";

/** The state of a call according to its notifications. */
export interface CallStatus {
  /** Absent before the first notification. */
  state?: OpenEnum<CallState>;
  /** How the call ended, if Graph reported it. */
  resultInfo?: ResultInfo;
  /** Why the call ended, as a sentence. */
  reason?: string;
}

/**
 * The order of the states, because notifications may arrive out of order. A call never returns to an earlier state. All
 * states that are in neither list are between the two, without an order.
 */
const EARLY = ["incoming", "establishing", "ringing"];
const LATE = ["terminating", "terminated"];

/** The state of one call, with listeners for its changes. */
export class CallProgress {
  #status: CallStatus = {};
  /** When the incoming call was reported, in milliseconds since 1970. */
  incomingAtMs: number | undefined;
  /** The tenant, from the token of its notifications or from the request that created it. */
  tenantId: string | undefined;
  readonly #listeners = new Set<() => void>();

  get status(): CallStatus {
    return this.#status;
  }

  get isEnded(): boolean {
    return this.#status.state === "terminated";
  }

  /** Whether the call is in that state, or in a later one. */
  hasReached(state: CallState): boolean {
    const now = this.#status.state;
    if (now === undefined) return false;
    const isStage = state === "established" || EARLY.includes(state) || LATE.includes(state);
    return now === state || (isStage && rankOf(now) > rankOf(state));
  }

  apply({ state, resultInfo }: Pick<Call, "state" | "resultInfo">): void {
    if (state === undefined || this.isEnded) return;
    if (state === "terminated") this.end(resultInfo);
    else if (rankOf(state) >= rankOf(this.#status.state ?? "incoming")) this.#change({ state });
  }

  end(resultInfo: ResultInfo | undefined): void {
    if (this.isEnded) return;
    this.#change({ state: "terminated", reason: reasonOf(resultInfo), ...(resultInfo && { resultInfo }) });
  }

  /** Returns a function that removes the listener. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #change(status: CallStatus): void {
    this.#status = status;
    for (const changed of this.#listeners) changed();
  }
}

function rankOf(state: string): number {
  const early = EARLY.indexOf(state);
  return early >= 0 ? early : EARLY.length + 1 + LATE.indexOf(state);
}
