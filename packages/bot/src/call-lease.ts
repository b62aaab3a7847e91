import type { CallLeases, LeasedCall } from "@graph-dtmf/models";

/**
 * After that long others take a call over: later than its keeper renews the lease, and so early that two keepers may die
 * one after the other before Graph gives the call up.
 */
export const LEASE_MS: number = 20 * 60_000;

/** What is told to the store of a lease. */
export type LeaseStep = "take" | "renew" | "end";

/** The lease of one call. What is told of it comes to the store in that order. */
export class CallLease {
  readonly #leases: CallLeases;
  readonly #call: () => LeasedCall;
  #untold: LeaseStep | undefined;
  #telling: Promise<unknown> = Promise.resolve();

  /** @param call Its tenant may become known later. */
  constructor(leases: CallLeases, call: () => LeasedCall) {
    this.#leases = leases;
    this.#call = call;
  }

  /** @returns whether the call is this instance's from now on. @throws what the store does. */
  tell(step: LeaseStep): Promise<boolean> {
    // Whoever renews what could not be taken takes it.
    const now = step === "renew" && this.#untold === "take" ? "take" : step;
    this.#untold = now;
    const told = this.#telling.then(async () => {
      const isOurs = await this.#tell(now);
      if (this.#untold === now) this.#untold = undefined;
      return isOurs;
    });
    this.#telling = told.catch(() => {});
    return told;
  }

  async #tell(step: LeaseStep): Promise<boolean> {
    const call = this.#call();
    if (step === "renew") return this.#leases.renew(call, LEASE_MS);
    if (step === "take") await this.#leases.take(call, LEASE_MS);
    else await this.#leases.end(call.callId);
    return step === "take";
  }
}
