import { checkFault } from "./check-fault.ts";
import type { Action, EndingFault, Fault, Faults, NotificationFault, RequestFault, SendEnding } from "./fault.ts";

/** The faults that wait, in order. */
export class FaultQueue implements Faults {
  #pending: Fault[] = [];

  next(fault: Fault): void {
    this.#pending.push(structuredClone(checkFault(fault)));
  }

  clear(): void {
    this.#pending = [];
  }

  /** What is to befall a request that has just arrived. */
  takeForRequest(action: Action): RequestFault | undefined {
    return this.#take(action, (fault) => !("complete" in fault)) as RequestFault | undefined;
  }

  /** How the operation is to end that was just accepted. */
  takeEnding(): SendEnding | undefined {
    const fault = this.#take("sendDtmfTones", (fault) => "complete" in fault);
    return fault && (fault as EndingFault).complete;
  }

  /** Whether the answer is to wait for the notification that it causes. */
  takeEarly(): boolean {
    return this.#take("notification", (fault) => "deliver" in fault && fault.deliver === "early") !== undefined;
  }

  /** What is to befall a notification that is about to leave. */
  takeForNotification(): NotificationFault | undefined {
    return this.#take("notification", () => true) as NotificationFault | undefined;
  }

  /** The next fault of its kind, if it is wanted here; else it stays the next. */
  #take(on: Fault["on"], matches: (fault: Fault) => boolean): Fault | undefined {
    const index = this.#pending.findIndex((fault) => fault.on === on);
    const fault = this.#pending[index];
    if (!fault || !matches(fault)) return undefined;
    this.#pending.splice(index, 1);
    return fault;
  }
}
