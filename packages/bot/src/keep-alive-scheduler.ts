import type { CallLeases, Clock, Timer } from "@graph-dtmf/models";
import { CallLease, LEASE_MS, type LeaseStep } from "./call-lease.ts";
import type { CallProgress } from "./call-progress.ts";
import type { BotErrorListener } from "./error-reporter.ts";
import { startKeepAlive } from "./keep-alive.ts";

/** Interval of the checks for calls with an expired lease. */
const TAKE_OVER_INTERVAL_MS = 60_000;

/** What the scheduler needs. */
interface KeepAliveSchedulerOptions {
  /** Absent if no other instance can take over. */
  leases: CallLeases | undefined;
  clock: Clock;
  /** Returns a number from 0 to 1. */
  random(): number;
  /** The progress of a call, which may have no state yet. */
  progressOf(callId: string): CallProgress;
  /** Sends one keepAlive request to Graph. */
  sendKeepAlive(callId: string, tenantId: string | undefined): Promise<void>;
  onError: BotErrorListener;
}

interface ScheduledCall {
  readonly callId: string;
  readonly progress: CallProgress;
  readonly lease: CallLease | undefined;
  isEnded: boolean;
  /** Stops the requests of this instance. */
  stopRequests(): void;
}

/**
 * The calls that this instance keeps alive: those started here, and those taken over from stopped instances. While
 * the store is unavailable, each instance continues with its calls: a second keepAlive request does no harm, but a
 * call ends without any.
 */
export class KeepAliveScheduler {
  readonly #options: KeepAliveSchedulerOptions;
  readonly #calls = new Map<string, ScheduledCall>();
  /** Calls with a lease change that is not stored yet. */
  readonly #unsynced = new Set<ScheduledCall>();
  #timer: Timer | undefined;
  #isStoreDown = false;
  #isClosed = false;

  constructor(options: KeepAliveSchedulerOptions) {
    this.#options = options;
    this.#scheduleTakeOver();
  }

  /** Keeps a call alive from now on. Takes the lease from any other instance. */
  start(callId: string, progress: CallProgress): void {
    if (progress.isEnded || this.#isClosed) return;
    const call = this.#schedule(callId, progress, false);
    void this.#acquire(call, "take");
  }

  /** Ends keepAlive for the call on all instances. */
  stop(callId: string, progress: CallProgress): void {
    const call = this.#calls.get(callId) ?? this.#toScheduledCall(callId, progress);
    if (!call.isEnded) void this.#end(call);
  }

  /** Stops all calls here, and keeps their leases so that other instances take them over when the leases expire. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const { stopRequests: halt } of this.#calls.values()) halt();
  }

  #toScheduledCall(callId: string, progress: CallProgress): ScheduledCall {
    const { leases } = this.#options;
    const call = () => ({ callId, ...(progress.tenantId !== undefined && { tenantId: progress.tenantId }) });
    const lease = this.#calls.get(callId)?.lease ?? (leases && new CallLease(leases, call));
    return { callId, progress, lease, isEnded: false, stopRequests() {} };
  }

  #schedule(callId: string, progress: CallProgress, isOverdue: boolean): ScheduledCall {
    const call = this.#toScheduledCall(callId, progress);
    this.#calls.get(callId)?.stopRequests();
    this.#calls.set(callId, call);
    const { clock, random, onError, sendKeepAlive } = this.#options;
    call.stopRequests = startKeepAlive({
      clock,
      progress,
      random,
      isOverdue,
      acquire: () => this.#acquire(call, "renew"),
      sendKeepAlive: () => sendKeepAlive(callId, progress.tenantId),
      onError: (error) => onError(error, { callId }),
      onEnd: () => void this.#end(call),
    });
    return call;
  }

  /** Returns whether this instance sends keepAlive. */
  async #acquire(call: ScheduledCall, step: "take" | "renew"): Promise<boolean> {
    if (await this.#updateLease(call, step)) return true;
    call.stopRequests();
    this.#delete(call);
    return false;
  }

  async #end(call: ScheduledCall): Promise<void> {
    call.isEnded = true;
    call.stopRequests();
    await this.#updateLease(call, "end");
    // A call that has ended needs no stored lease end: the next instance gets a 404 from Graph.
    if (call.progress.isEnded) this.#unsynced.delete(call);
    if (!this.#unsynced.has(call)) this.#delete(call);
  }

  #delete(call: ScheduledCall): void {
    if (this.#calls.get(call.callId) === call) this.#calls.delete(call.callId);
  }

  /** Writes to the lease. Returns true also if the store is unavailable: only an answer of the store can refuse. */
  async #updateLease(call: ScheduledCall, step: LeaseStep): Promise<boolean> {
    if (!call.lease) return true;
    try {
      const isAcquired = await call.lease.update(step);
      this.#unsynced.delete(call);
      this.#isStoreDown = false;
      return isAcquired;
    } catch (error) {
      this.#unsynced.add(call);
      this.#reportStoreDown(error, call.callId);
      return true;
    }
  }

  #scheduleTakeOver(): void {
    const { leases, clock } = this.#options;
    if (!leases || this.#isClosed) return;
    this.#timer = clock.after(TAKE_OVER_INTERVAL_MS, () => void this.#takeOver(leases));
    this.#timer.unref();
  }

  async #takeOver(leases: CallLeases): Promise<void> {
    for (const call of this.#unsynced) {
      // The call was started again in the meantime.
      if ((this.#calls.get(call.callId) ?? call) !== call) this.#unsynced.delete(call);
      else void (call.isEnded ? this.#end(call) : this.#acquire(call, "renew"));
    }
    try {
      const taken = await leases.takeOver(LEASE_MS);
      this.#isStoreDown = false;
      for (const { callId, tenantId } of taken) this.#adopt(callId, tenantId);
    } catch (error) {
      // The store may be closed together with the bot.
      if (!this.#isClosed) this.#reportStoreDown(error);
    }
    this.#scheduleTakeOver();
  }

  #adopt(callId: string, tenantId: string | undefined): void {
    if (this.#isClosed || this.#calls.has(callId)) return;
    const progress = this.#options.progressOf(callId);
    progress.tenantId ??= tenantId;
    this.#schedule(callId, progress, true);
  }

  /** Reports the first of several failures, until the store is available again. */
  #reportStoreDown(error: unknown, callId?: string): void {
    if (!this.#isStoreDown) this.#options.onError(error, callId === undefined ? undefined : { callId });
    this.#isStoreDown = true;
  }
}
