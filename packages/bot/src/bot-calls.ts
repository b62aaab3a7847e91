import { type Call, type CallLeases, InvalidRequestError, normalizeId } from "@graph-dtmf/models";
import type { OperationTracker } from "@graph-dtmf/notifications";
import { type CallDependencies, CallHandle } from "./call-handle.ts";
import { CallRegistry } from "./call-registry.ts";
import type { BotErrorListener } from "./error-reporter.ts";
import { KeepAliveScheduler } from "./keep-alive-scheduler.ts";

/** What the calls of a bot need. */
interface BotCallsOptions extends Omit<CallDependencies, "keepAlives"> {
  operations: Pick<OperationTracker, "ended">;
  /** Absent if no other instance can take calls over. */
  leases: CallLeases | undefined;
  /** The tenant of calls without a tenant of their own. */
  tenantId: string | undefined;
  onError: BotErrorListener;
}

/** The calls of one bot: their progress, their handles, and the keepAlive requests. */
export class BotCalls {
  readonly #options: BotCallsOptions;
  readonly #registry = new CallRegistry<CallHandle>();
  readonly #keepAlives: KeepAliveScheduler;
  readonly #dependencies: CallDependencies;

  constructor(options: BotCallsOptions) {
    const { dtmf, leases, clock, onError } = options;
    this.#options = options;
    this.#keepAlives = new KeepAliveScheduler({
      leases,
      clock,
      random: Math.random,
      progressOf: (callId) => this.#registry.get(callId).progress,
      sendKeepAlive: (callId, tenantId) => dtmf.calls.keepAlive(callId, tenantId === undefined ? {} : { tenantId }),
      onError,
    });
    this.#dependencies = { ...options, keepAlives: this.#keepAlives };
  }

  /** Applies a state that Graph reported. */
  apply(callId: string, call: Call, tenantId: string | undefined): void {
    const { progress } = this.#registry.get(callId);
    progress.tenantId ??= tenantId;
    if (call.state === "incoming") progress.incomingAtMs ??= this.#options.clock.now();
    progress.apply(call);
    // Another instance may keep the call alive, so the lease ends even if this one does not.
    if (progress.isEnded) this.#keepAlives.stop(normalizeId(callId), progress);
  }

  /**
   * Returns the handle of a call, and creates it if necessary.
   *
   * @throws InvalidRequestError for an empty id.
   */
  open(callId: string, tenantId?: string): CallHandle {
    if (typeof callId !== "string" || callId === "") throw new InvalidRequestError("callId must not be empty");
    const entry = this.#registry.get(callId);
    entry.progress.tenantId ??= tenantId ?? this.#options.tenantId;
    entry.handle ??= this.#createHandle(normalizeId(callId));
    return entry.handle;
  }

  /** Stops all keepAlive requests of this instance. Other instances that share the leases take the calls over. */
  close(): void {
    this.#keepAlives.close();
  }

  #createHandle(callId: string): CallHandle {
    const { operations, closing } = this.#options;
    const { progress } = this.#registry.get(callId);
    // Another instance may receive the end of the call. The promise rejects when the tracker is closed.
    operations.ended(callId, { signal: closing }).then(
      ({ resultInfo }) => progress.end(resultInfo),
      () => {},
    );
    return new CallHandle(callId, progress, this.#dependencies);
  }
}
