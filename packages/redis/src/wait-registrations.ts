import type { Clock, StoredEvent, Timer } from "@graph-dtmf/models";
import type { Connection } from "./connection.ts";
import { type NamedWait, type OpenWait, OpenWaits } from "./open-waits.ts";
import type { Registration } from "./script-arguments.ts";
import type { WaitState } from "./wait-state.ts";

/** How often open waits are registered again: Redis or a message may have been lost without a lost connection. */
const REFRESH_MS = 15_000;
/** The delay before a failed registration is repeated, while there is a connection. */
const RETRY_MS = 1_000;
/** How many waits are registered at once after a reconnection. */
const MAX_AT_ONCE = 1_024;

/** The dependencies of WaitRegistrations. */
export interface WaitRegistrationsOptions {
  connection: Pick<Connection, "isReady">;
  clock: Clock;
  /** Runs the script that registers a wait and reads its state. */
  register(registration: Registration): Promise<WaitState>;
  /** Called with an outcome or a call end that Redis already had. */
  emit(event: StoredEvent): void;
}

/** The deadline and the options of `open`, with defaults. */
interface Opening {
  deadlineAt: number;
  resume: boolean;
  operationId: string;
}

/**
 * The waits of this instance in Redis. Each is registered when it opens, again every 15 s, and after every reconnection:
 * Redis may have lost it, or an announcement may have been lost on the way.
 */
export class WaitRegistrations {
  readonly #options: WaitRegistrationsOptions;
  readonly #waits = new OpenWaits();
  #refreshTimer: Timer | undefined;
  #registering = Promise.resolve();
  #isClosed = false;

  constructor(options: WaitRegistrationsOptions) {
    this.#options = options;
  }

  /** Registers a wait. Resolves with its deadline, in milliseconds since 1970. */
  open(named: NamedWait, { deadlineAt, resume, operationId }: Opening): Promise<number> {
    const opened = resume ? this.#waits.get(named.name) : undefined;
    const wait: OpenWait = {
      ...named,
      // A wait of another instance may have begun at any time.
      sinceMs: opened?.sinceMs ?? (resume ? 0 : this.#options.clock.now()),
      untilMs: deadlineAt,
      operationId: operationId || (opened?.operationId ?? ""),
      isNew: opened?.isNew ?? !resume,
    };
    this.#waits.set(wait);
    this.#scheduleRefresh();
    return this.#register(wait, resume ? (opened ? "update" : "resume") : "new");
  }

  /** The operation's id of an open wait, or an empty text. */
  operationIdOf(name: string): string {
    return this.#waits.get(name)?.operationId ?? "";
  }

  delete(name: string): void {
    this.#waits.delete(name);
  }

  /** Registers all open waits again. */
  registerAgain(): void {
    // After the current run, which may have started before the loss.
    this.#registering = this.#registering.then(() => this.#registerAll(this.#waits.active(this.#options.clock.now())));
  }

  close(): void {
    this.#isClosed = true;
    this.#refreshTimer?.cancel();
  }

  #register(wait: OpenWait, mode: Registration["mode"]): Promise<number> {
    const { name, sinceMs, untilMs, operationId, isNew } = wait;
    const nowMs = this.#options.clock.now();
    // Cleared before the command is sent: a second registration on the same connection must not count as new.
    wait.isNew = false;
    const registration: Registration = {
      mode: isNew ? "new" : mode,
      wait,
      ageMs: mode === "new" ? 0 : Math.max(1, nowMs - sinceMs),
      leftMs: untilMs - nowMs,
      operationId,
    };
    return this.#options.register(registration).then(
      (state) => {
        if (mode === "resume" && state.leftMs !== undefined) wait.untilMs = nowMs + state.leftMs;
        return this.#applyState(wait, state);
      },
      (error: unknown) => {
        const current = this.#waits.get(name);
        if (isNew && current?.sinceMs === sinceMs) current.isNew = true;
        throw error;
      },
    );
  }

  #applyState(wait: OpenWait, { operationId, outcome, callEnd }: WaitState): number | Promise<number> {
    const { emit } = this.#options;
    const { callId, clientContext } = wait.key;
    if (!outcome && operationId !== wait.operationId) {
      // The outcome may be stored under the id, which another instance has registered.
      wait.operationId = operationId;
      return this.#register(wait, "update");
    }
    if (outcome) {
      emit({ type: "completion", callId, clientContext, ...(operationId !== "" && { operationId }), outcome });
    }
    if (callEnd) emit({ type: "callEnd", callId, ...callEnd });
    return wait.untilMs;
  }

  async #registerAll(waits: readonly OpenWait[]): Promise<void> {
    const { connection, clock } = this.#options;
    const failed: OpenWait[] = [];
    for (let from = 0; from < waits.length && connection.isReady; from += MAX_AT_ONCE) {
      const some = waits.slice(from, from + MAX_AT_ONCE);
      const results = await Promise.allSettled(some.map((wait) => this.#register(wait, "restore")));
      failed.push(...some.filter((_, n) => results[n]?.status === "rejected"));
    }
    // A node of a Cluster accepts connections before the Cluster accepts commands.
    if (failed.length > 0) clock.after(RETRY_MS, () => this.#retry(failed)).unref();
  }

  #retry(failed: readonly OpenWait[]): void {
    const open = failed.filter((wait) => this.#waits.get(wait.name) === wait);
    this.#registering = this.#registering.then(() => this.#registerAll(open));
  }

  #scheduleRefresh(): void {
    if (this.#isClosed) return;
    this.#refreshTimer ??= this.#options.clock.after(REFRESH_MS, () => {
      this.#refreshTimer = undefined;
      this.registerAgain();
      if (this.#waits.size > 0) this.#scheduleRefresh();
    });
    this.#refreshTimer.unref();
  }
}
