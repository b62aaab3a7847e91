import { checkFault } from "./check-fault.ts";
import type { Action, EndingFault, Fault, Faults, NotificationFault, RequestFault, SendEnding } from "./fault.ts";

/** The faults that were not applied yet, in the order in which they were added. */
export class FaultQueue implements Faults {
  #pending: Fault[] = [];

  next(fault: Fault): void {
    this.#pending.push(structuredClone(checkFault(fault)));
  }

  clear(): void {
    this.#pending = [];
  }

  /** Takes the fault of a request that has just arrived. */
  takeForRequest(action: Action): RequestFault | undefined {
    return this.#take(action, (fault) => !("complete" in fault)) as RequestFault | undefined;
  }

  /** Takes the ending of a sendDtmfTones operation that was just accepted. */
  takeEnding(): SendEnding | undefined {
    const fault = this.#take("sendDtmfTones", (fault) => "complete" in fault);
    return fault && (fault as EndingFault).complete;
  }

  /** Takes an `early` fault. If there is one, the response waits for the notification that it causes. */
  takeEarly(): boolean {
    return this.#take("notification", (fault) => "deliver" in fault && fault.deliver === "early") !== undefined;
  }

  /** Takes the fault of a notification that is about to be sent. */
  takeForNotification(): NotificationFault | undefined {
    return this.#take("notification", () => true) as NotificationFault | undefined;
  }

  /** Takes the first fault for `on`. If it does not match, it stays first, so that the order is kept. */
  #take(on: Fault["on"], matches: (fault: Fault) => boolean): Fault | undefined {
    const index = this.#pending.findIndex((fault) => fault.on === on);
    const fault = this.#pending[index];
    if (!fault || !matches(fault)) return undefined;
    this.#pending.splice(index, 1);
    return fault;
  }
}
