import { type CallLeases, type LeasedCall, normalizeId } from "@graph-dtmf/models";
import type { Connection } from "./connection.ts";
import { leaseKeys } from "./keys.ts";
import { ACQUIRE_LEASE, END_LEASE, TAKE_OVER_LEASES } from "./lease-scripts.ts";
import type { Script } from "./script.ts";
import type { Instance } from "./script-arguments.ts";

/** The most calls in one reply. */
const MAX_TAKE_OVER = 100;

/** The leases of calls. An instance can take over expired leases without any state of the calls. */
export class SharedLeases implements CallLeases {
  readonly #connection: Connection;
  readonly #instance: Instance;

  constructor(connection: Connection, instance: Instance) {
    this.#connection = connection;
    this.#instance = instance;
  }

  async take(call: LeasedCall, forMs: number): Promise<void> {
    await this.#acquire(call, forMs, "0");
  }

  async renew(call: LeasedCall, forMs: number): Promise<boolean> {
    const [isHeld] = await this.#acquire(call, forMs, "1");
    return isHeld !== 0;
  }

  async end(callId: string): Promise<void> {
    await this.#run(END_LEASE, normalizeId(callId));
  }

  async takeOver(forMs: number): Promise<readonly LeasedCall[]> {
    const taken = await this.#run(TAKE_OVER_LEASES, String(forMs), String(MAX_TAKE_OVER));
    return taken.flatMap((item): LeasedCall[] => {
      const [callId, tenantId] = Array.isArray(item) ? item : [];
      return typeof callId === "string" ? [{ callId, ...(tenantId && { tenantId: String(tenantId) }) }] : [];
    });
  }

  #acquire({ callId, tenantId = "" }: LeasedCall, forMs: number, isRenewal: "0" | "1"): Promise<readonly unknown[]> {
    return this.#run(ACQUIRE_LEASE, isRenewal, String(forMs), normalizeId(callId), tenantId);
  }

  #run(script: Script, ...values: string[]): Promise<readonly unknown[]> {
    const { id, prefix, ttlMs } = this.#instance;
    return this.#connection.run(script, { keys: leaseKeys(prefix), arguments: [id, String(ttlMs), ...values] });
  }
}
