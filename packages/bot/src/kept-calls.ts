import type { CallLeases, Clock, Timer } from "@graph-dtmf/models";
import { CallLease, LEASE_MS, type LeaseStep } from "./call-lease.ts";
import type { CallLife } from "./call-life.ts";
import { keepAlive } from "./keep-alive.ts";
import type { BotErrorListener } from "./report.ts";

/** How often an instance looks for calls whose keeper is gone. */
const LOOK_MS = 60_000;

/** What keeping calls alive needs. */
export interface KeptCallsOptions {
  /** Absent where no other instance could take over. */
  leases: CallLeases | undefined;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  /** What is known of a call, though it may be nothing yet. */
  lifeOf(callId: string): CallLife;
  /** Tells Graph. */
  keepAlive(callId: string, tenantId: string | undefined): Promise<void>;
  failed: BotErrorListener;
}

interface Kept {
  readonly callId: string;
  readonly life: CallLife;
  readonly lease: CallLease | undefined;
  isEnded: boolean;
  /** Graph is told no more from here. */
  halt(): void;
}

/**
 * The calls that this instance keeps alive: those that it was asked to, and those that it took over from instances that
 * are gone. Where the store is away each goes on by itself: to be told twice does a call no harm, not to be told does.
 */
export class KeptCalls {
  readonly #options: KeptCallsOptions;
  readonly #calls = new Map<string, Kept>();
  /** Those of which the store has still to be told something. */
  readonly #untold = new Set<Kept>();
  #look: Timer | undefined;
  #isAway = false;
  #isClosed = false;

  constructor(options: KeptCallsOptions) {
    this.#options = options;
    this.#lookLater();
  }

  /** Keeps a call alive from now on, whoever did so before. */
  keep(callId: string, life: CallLife): void {
    if (life.isOver || this.#isClosed) return;
    const kept = this.#begin(callId, life, false);
    void this.#hold(kept, "take");
  }

  /** Nobody keeps the call alive any more, on no instance. */
  stop(callId: string, life: CallLife): void {
    const kept = this.#calls.get(callId) ?? this.#know(callId, life);
    if (!kept.isEnded) void this.#end(kept);
  }

  /** Leaves the calls to the other instances, which take them over as those of one that died. */
  close(): void {
    this.#isClosed = true;
    this.#look?.cancel();
    for (const { halt } of this.#calls.values()) halt();
  }

  #know(callId: string, life: CallLife): Kept {
    const { leases } = this.#options;
    const call = () => ({ callId, ...(life.tenantId !== undefined && { tenantId: life.tenantId }) });
    const lease = this.#calls.get(callId)?.lease ?? (leases && new CallLease(leases, call));
    return { callId, life, lease, isEnded: false, halt() {} };
  }

  #begin(callId: string, life: CallLife, isOverdue: boolean): Kept {
    const kept = this.#know(callId, life);
    this.#calls.get(callId)?.halt();
    this.#calls.set(callId, kept);
    const { clock, random, failed, keepAlive: tell } = this.#options;
    kept.halt = keepAlive({
      clock,
      life,
      random,
      isOverdue,
      isOurs: () => this.#hold(kept, "renew"),
      keepAlive: () => tell(callId, life.tenantId),
      failed: (error) => failed(error, { callId }),
      over: () => void this.#end(kept),
    });
    return kept;
  }

  /** Returns whether it is for this instance to tell Graph. */
  async #hold(kept: Kept, step: "take" | "renew"): Promise<boolean> {
    if (await this.#tell(kept, step)) return true;
    kept.halt();
    this.#forget(kept);
    return false;
  }

  async #end(kept: Kept): Promise<void> {
    kept.isEnded = true;
    kept.halt();
    await this.#tell(kept, "end");
    // Of a call that is over whoever takes it over learns from Graph.
    if (kept.life.isOver) this.#untold.delete(kept);
    if (!this.#untold.has(kept)) this.#forget(kept);
  }

  #forget(kept: Kept): void {
    if (this.#calls.get(kept.callId) === kept) this.#calls.delete(kept.callId);
  }

  /** What the store does not say no to may be done. */
  async #tell(kept: Kept, step: LeaseStep): Promise<boolean> {
    if (!kept.lease) return true;
    try {
      const isOurs = await kept.lease.tell(step);
      this.#untold.delete(kept);
      this.#isAway = false;
      return isOurs;
    } catch (error) {
      this.#untold.add(kept);
      this.#away(error, kept.callId);
      return true;
    }
  }

  #lookLater(): void {
    const { leases, clock } = this.#options;
    if (!leases || this.#isClosed) return;
    this.#look = clock.after(LOOK_MS, () => void this.#takeOver(leases));
    this.#look.unref();
  }

  async #takeOver(leases: CallLeases): Promise<void> {
    for (const kept of this.#untold) {
      // It was begun anew meanwhile.
      if ((this.#calls.get(kept.callId) ?? kept) !== kept) this.#untold.delete(kept);
      else void (kept.isEnded ? this.#end(kept) : this.#hold(kept, "renew"));
    }
    try {
      const taken = await leases.takeOver(LEASE_MS);
      this.#isAway = false;
      for (const { callId, tenantId } of taken) this.#takeUp(callId, tenantId);
    } catch (error) {
      // Whoever closes the bot may close its store.
      if (!this.#isClosed) this.#away(error);
    }
    this.#lookLater();
  }

  #takeUp(callId: string, tenantId: string | undefined): void {
    if (this.#isClosed || this.#calls.has(callId)) return;
    const life = this.#options.lifeOf(callId);
    life.tenantId ??= tenantId;
    this.#begin(callId, life, true);
  }

  /** Says so once, however often it is tried until the store is back. */
  #away(error: unknown, callId?: string): void {
    if (!this.#isAway) this.#options.failed(error, callId === undefined ? undefined : { callId });
    this.#isAway = true;
  }
}
