import { type CallLeases, type Clock, type LeasedCall, normalizeId } from "@graph-dtmf/models";

interface Lease extends LeasedCall {
  by: CallLeases;
  untilMs: number;
}

/** Call leases in memory, shared by several instances, with a manual clock. A test can make them unavailable. */
export class SharedLeases {
  readonly #clock: Clock;
  readonly #held = new Map<string, Lease>();
  readonly #ended = new Set<string>();
  isUnavailable = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The calls that are leased or overdue. */
  get callIds(): string[] {
    return [...this.#held.keys()];
  }

  /** The leases as one instance sees them. */
  instance(): CallLeases {
    const hold = ({ callId, tenantId }: LeasedCall, forMs: number): void => {
      const id = normalizeId(callId);
      const tenant = tenantId ?? this.#held.get(id)?.tenantId;
      const untilMs = this.#clock.now() + forMs;
      this.#held.set(id, { callId: id, ...(tenant !== undefined && { tenantId: tenant }), by: leases, untilMs });
      this.#ended.delete(id);
    };
    const isOverdue = ({ untilMs }: Lease): boolean => untilMs <= this.#clock.now();
    const leases: CallLeases = {
      take: async (call, forMs) => {
        this.#check();
        hold(call, forMs);
      },
      renew: async (call, forMs) => {
        this.#check();
        const id = normalizeId(call.callId);
        const held = this.#held.get(id);
        if (this.#ended.has(id) || (held && held.by !== leases && !isOverdue(held))) return false;
        hold(call, forMs);
        return true;
      },
      end: async (callId) => {
        this.#check();
        const id = normalizeId(callId);
        if (this.#held.delete(id)) this.#ended.add(id);
      },
      takeOver: async (forMs) => {
        this.#check();
        const overdue = [...this.#held.values()].filter(isOverdue);
        for (const call of overdue) hold(call, forMs);
        return overdue.map(({ callId, tenantId }) => ({ callId, ...(tenantId !== undefined && { tenantId }) }));
      },
    };
    return leases;
  }

  #check(): void {
    if (this.isUnavailable) throw new Error("the store is unavailable");
  }
}
