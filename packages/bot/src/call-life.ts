import type { Call, CallState, OpenEnum, ResultInfo } from "@graph-dtmf/models";
import { reasonOf } from "./errors.ts";

/** How a call stands, as far as was heard. */
export interface CallStatus {
  /** Absent while nothing was heard. */
  state?: OpenEnum<CallState>;
  /** How it ended, where Graph said so. */
  resultInfo?: ResultInfo;
  /** Why it ended, in a sentence for people. */
  reason?: string;
}

/** Notifications may come out of order; a call never goes back in these. All other states are between, side by side. */
const EARLY = ["incoming", "establishing", "ringing"];
const LATE = ["terminating", "terminated"];

/** What is known of one call, and who wants to know when that changes. */
export class CallLife {
  #status: CallStatus = {};
  /** When it began to ring at the bot. */
  incomingAtMs: number | undefined;
  /** Of the token that its notifications come under, or as its maker said. */
  tenantId: string | undefined;
  readonly #watchers = new Set<() => void>();

  get status(): CallStatus {
    return this.#status;
  }

  get isOver(): boolean {
    return this.#status.state === "terminated";
  }

  /** Whether it is in that state, or was and has gone on from it. */
  hasReached(state: CallState): boolean {
    const now = this.#status.state;
    if (now === undefined) return false;
    const isStage = state === "established" || EARLY.includes(state) || LATE.includes(state);
    return now === state || (isStage && rankOf(now) > rankOf(state));
  }

  hear({ state, resultInfo }: Pick<Call, "state" | "resultInfo">): void {
    if (state === undefined || this.isOver) return;
    if (state === "terminated") this.end(resultInfo);
    else if (rankOf(state) >= rankOf(this.#status.state ?? "incoming")) this.#change({ state });
  }

  end(resultInfo: ResultInfo | undefined): void {
    if (this.isOver) return;
    this.#change({ state: "terminated", reason: reasonOf(resultInfo), ...(resultInfo && { resultInfo }) });
  }

  /** Returns what stops it. */
  readonly watch = (changed: () => void): (() => void) => {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  };

  #change(status: CallStatus): void {
    this.#status = status;
    for (const changed of this.#watchers) changed();
  }
}

function rankOf(state: string): number {
  const early = EARLY.indexOf(state);
  return early >= 0 ? early : EARLY.length + 1 + LATE.indexOf(state);
}
