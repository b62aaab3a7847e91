import { type CallLeases, type LeasedCall, normalizeId } from "@graph-dtmf/models";
import type { Connection } from "./connection.ts";
import { leaseKeys } from "./keys.ts";
import { END, HOLD, TAKE_OVER } from "./lease-scripts.ts";
import type { Instance } from "./parameters.ts";
import type { Script } from "./scripts.ts";

/** As many calls as Graph lets an application have at once. */
const MOST_AT_ONCE = 100;

/** The leases of calls: whoever asks for those that have run out gets them, so nobody has to know of them before. */
export class SharedLeases implements CallLeases {
  readonly #connection: Connection;
  readonly #instance: Instance;

  constructor(connection: Connection, instance: Instance) {
    this.#connection = connection;
    this.#instance = instance;
  }

  async take(call: LeasedCall, forMs: number): Promise<void> {
    await this.#hold(call, forMs, "0");
  }

  async renew(call: LeasedCall, forMs: number): Promise<boolean> {
    const [isHeld] = await this.#hold(call, forMs, "1");
    return isHeld !== 0;
  }

  async end(callId: string): Promise<void> {
    await this.#run(END, normalizeId(callId));
  }

  async takeOver(forMs: number): Promise<readonly LeasedCall[]> {
    const taken = await this.#run(TAKE_OVER, String(forMs), String(MOST_AT_ONCE));
    return taken.flatMap((item): LeasedCall[] => {
      const [callId, tenantId] = Array.isArray(item) ? item : [];
      return typeof callId === "string" ? [{ callId, ...(tenantId && { tenantId: String(tenantId) }) }] : [];
    });
  }

  #hold({ callId, tenantId = "" }: LeasedCall, forMs: number, goesOn: "0" | "1"): Promise<readonly unknown[]> {
    return this.#run(HOLD, goesOn, String(forMs), normalizeId(callId), tenantId);
  }

  #run(script: Script, ...facts: string[]): Promise<readonly unknown[]> {
    const { id, prefix, ttlMs } = this.#instance;
    return this.#connection.run(script, { keys: leaseKeys(prefix), arguments: [id, String(ttlMs), ...facts] });
  }
}
