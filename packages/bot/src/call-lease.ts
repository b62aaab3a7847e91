import type { CallLeases, LeasedCall } from "@graph-dtmf/models";

/**
 * An instance takes a call over this long after the last renewal. The lease exceeds the renewal interval of 15 minutes.
 * It allows two instances to stop one after the other before Graph drops the call after 45 minutes.
 */
export const LEASE_MS: number = 20 * 60_000;

/** A change of a lease. */
export type LeaseStep = "take" | "renew" | "end";

/** The lease of one call. Changes are written to the store in the order of the calls. */
export class CallLease {
  readonly #leases: CallLeases;
  readonly #call: () => LeasedCall;
  #pendingStep: LeaseStep | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** @param call Returns the call when a lease is written, because its tenant may become available later. */
  constructor(leases: CallLeases, call: () => LeasedCall) {
    this.#leases = leases;
    this.#call = call;
  }

  /**
   * Writes the change after all earlier ones.
   *
   * @returns whether this instance has the lease now.
   * @throws the errors of the store.
   */
  update(step: LeaseStep): Promise<boolean> {
    // If `take` never reached the store, renewing takes the lease.
    const effectiveStep = step === "renew" && this.#pendingStep === "take" ? "take" : step;
    this.#pendingStep = effectiveStep;
    const written = this.#queue.then(async () => {
      const isHeld = await this.#write(effectiveStep);
      if (this.#pendingStep === effectiveStep) this.#pendingStep = undefined;
      return isHeld;
    });
    this.#queue = written.catch(() => {});
    return written;
  }

  async #write(step: LeaseStep): Promise<boolean> {
    const call = this.#call();
    if (step === "renew") return this.#leases.renew(call, LEASE_MS);
    if (step === "take") await this.#leases.take(call, LEASE_MS);
    else await this.#leases.end(call.callId);
    return step === "take";
  }
}
