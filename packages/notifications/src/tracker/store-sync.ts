import type {
  Clock,
  Logger,
  OperationKey,
  OperationOutcome,
  OperationStore,
  StoredEvent,
  ToneSharing,
} from "@graph-dtmf/models";
import type { TimerWheel } from "../collections/timer-wheel.ts";
import type { StorableEnd } from "./call-end.ts";
import { RetryQueue } from "./retry-queue.ts";
import { eventKey } from "./store-event.ts";
import type { TrackedOperation } from "./tracked-operation.ts";

/** The options of {@link StoreSync}. */
export interface StoreSyncOptions {
  store: OperationStore;
  clock: Clock;
  timerWheel: TimerWheel;
  maxPending: number;
  logger?: Logger | undefined;
  /** Called with the deadline of a wait that another instance began, in milliseconds since 1970. */
  onResumed(operation: TrackedOperation, deadlineAt: number): void;
}

/** How many outcomes, and how many tones, may wait until the store is available. */
const MAX_PENDING_WRITES = 10_000;

/**
 * Registers waits in the store and stores outcomes. A store that is unavailable or slow delays no wait; what it misses is
 * repeated later.
 */
export class StoreSync {
  /** Shared keys, if the store shares any. `put` never rejects: it waits until the store is available. */
  readonly tones: ToneSharing | undefined;
  readonly #store: OperationStore;
  readonly #onResumed: StoreSyncOptions["onResumed"];
  readonly #outcomes: RetryQueue;
  readonly #waits: RetryQueue;
  readonly #tones: RetryQueue;
  #nextTaskId = 0;

  constructor({ store, clock, timerWheel, maxPending, logger, onResumed }: StoreSyncOptions) {
    this.#store = store;
    this.#onResumed = onResumed;
    const common = { clock, timerWheel, logger };
    this.#outcomes = new RetryQueue({ ...common, content: "outcomes", maxSize: MAX_PENDING_WRITES });
    this.#waits = new RetryQueue({ ...common, content: "waits", maxSize: maxPending });
    this.#tones = new RetryQueue({ ...common, content: "tones", maxSize: MAX_PENDING_WRITES });
    this.tones = store.tones && this.#share(store.tones);
  }

  /** The number of outcomes that wait until the store is available. */
  get pendingWrites(): number {
    return this.#outcomes.size;
  }

  /** The number of outcomes that were never stored, because too many were waiting. */
  get droppedWrites(): number {
    return this.#outcomes.dropped;
  }

  /**
   * Stores an end, now or when the store is available.
   *
   * @throws DtmfError `store_unavailable` if it is not stored within 2 s.
   */
  store(event: StoredEvent, end: StorableEnd): Promise<"new" | "seen"> {
    return this.#outcomes.run({
      id: eventKey(event) ?? `${this.#nextTaskId++}`,
      run: async () => {
        const result = await this.#store.put(event);
        end.isStored = true;
        return result;
      },
    });
  }

  /** Registers a wait, or updates its deadline and its operation's id. */
  register(operation: TrackedOperation, deadlineAt: number, { isUpdate = false }: { isUpdate?: boolean } = {}): void {
    this.#runForWait(operation, async (isRetry) => {
      await this.#open(operation, deadlineAt, isUpdate || isRetry);
      if (!isRetry) return;
      // Another instance may have stored the outcome since. It may also be that of an earlier wait.
      const outcome = await this.#store.read(keyOf(operation));
      if (outcome && (operation.isContextGenerated || isOutcomeOf(operation, outcome))) operation.applyOutcome(outcome);
    });
  }

  /**
   * Resumes a wait that another instance, or this one before a restart, began. It is registered before its outcome is
   * read, so that an outcome in between is announced.
   */
  resume(operation: TrackedOperation, deadlineAt: number): void {
    this.#runForWait(operation, async () => {
      this.#onResumed(operation, await this.#open(operation, deadlineAt, true));
      const outcome = await this.#store.read(keyOf(operation));
      if (outcome) operation.applyOutcome(outcome);
    });
  }

  /** Cancels the registration of a wait that has ended. */
  remove(operation: TrackedOperation): void {
    this.#waits.remove(operation.key);
  }

  /** Tries once more to run what is waiting. */
  async close(): Promise<void> {
    await Promise.all([this.#outcomes.close(), this.#waits.close(), this.#tones.close()]);
  }

  #share(tones: ToneSharing): ToneSharing {
    return {
      listen: (callId, listener) => tones.listen(callId, listener),
      put: (callId, tone) =>
        this.#tones.run({ id: `${this.#nextTaskId++}`, run: () => tones.put(callId, tone) }).catch(() => {}),
    };
  }

  #runForWait(operation: TrackedOperation, run: (isRetry: boolean) => Promise<void>): void {
    // A failure does not affect the wait in this process.
    this.#waits.run({ id: operation.key, run, isCanceled: () => operation.isOver }).catch(() => {});
  }

  #open(operation: TrackedOperation, deadlineAt: number, resume: boolean): Promise<number> {
    const { operationId } = operation;
    return this.#store.open(keyOf(operation), deadlineAt, {
      ...(resume && { resume }),
      ...(operationId !== undefined && { operationId }),
    });
  }
}

function keyOf({ callId, clientContext }: TrackedOperation): OperationKey {
  return { callId, clientContext };
}

function isOutcomeOf({ operationId }: TrackedOperation, outcome: OperationOutcome): boolean {
  return operationId !== undefined && "operation" in outcome && outcome.operation.id === operationId;
}
