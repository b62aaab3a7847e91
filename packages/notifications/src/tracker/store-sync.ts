import type {
  Clock,
  Logger,
  OperationKey,
  OperationOutcome,
  OperationStore,
  StoredEvent,
  ToneSharing,
} from "@graph-dtmf/models";
import type { Deadlines } from "../collections/timer-wheel.ts";
import { eventId } from "./operation-key.ts";
import type { PendingEntry } from "./pending-entry.ts";
import { StoreTasks } from "./retry-queue.ts";

/** An end that was heard here. */
export interface HeardEnd {
  /** Whether the store has it: only then is another delivery of it a repetition. */
  isKept: boolean;
}

/** What a link to a store is made of. */
export interface StoreLinkOptions {
  store: OperationStore;
  clock: Clock;
  deadlines: Deadlines;
  maxPending: number;
  logger?: Logger | undefined;
  /** Until when a wait lasts that began elsewhere. */
  resumed(entry: PendingEntry, untilMs: number): void;
}

/** How many ends, and how many tones, may wait for the store's return. */
const MOST_UNKEPT = 10_000;

/**
 * What a tracker has its store do: know who waits here, and keep what is heard. A store that is away or slow ends no
 * wait and holds none up; once it is back it is told what it missed.
 */
export class StoreLink {
  /** Pressed keys, where they are shared. To put one never fails: it waits for the store's return. */
  readonly tones: ToneSharing | undefined;
  readonly #store: OperationStore;
  readonly #resumed: StoreLinkOptions["resumed"];
  readonly #ends: StoreTasks;
  readonly #waits: StoreTasks;
  readonly #tones: StoreTasks;
  #unnamed = 0;

  constructor({ store, clock, deadlines, maxPending, logger, resumed }: StoreLinkOptions) {
    this.#store = store;
    this.#resumed = resumed;
    this.#ends = new StoreTasks({ what: "ends", clock, deadlines, most: MOST_UNKEPT, logger });
    this.#waits = new StoreTasks({ what: "waits", clock, deadlines, most: maxPending, logger });
    this.#tones = new StoreTasks({ what: "tones", clock, deadlines, most: MOST_UNKEPT, logger });
    this.tones = store.tones && this.#share(store.tones);
  }

  /** How many ends wait for the store's return. */
  get pendingWrites(): number {
    return this.#ends.waiting;
  }

  /** How many ends the store will never know of, because there were too many. */
  get droppedWrites(): number {
    return this.#ends.dropped;
  }

  /**
   * Has it kept, now or once the store is back.
   *
   * @throws DtmfError `store_unavailable` if it is not kept within 2 s.
   */
  keep(event: StoredEvent, end: HeardEnd): Promise<"new" | "seen"> {
    return this.#ends.do({
      id: eventId(event) ?? `${this.#unnamed++}`,
      run: async () => {
        const kept = await this.#store.put(event);
        end.isKept = true;
        return kept;
      },
    });
  }

  /** A wait begins, or goes on: its operation's id or another deadline is known by now. */
  register(entry: PendingEntry, untilMs: number, { goesOn = false }: { goesOn?: boolean } = {}): void {
    this.#have(entry, async (again) => {
      await this.#open(entry, untilMs, goesOn || again);
      if (!again) return;
      const outcome = await this.#store.read(keyOf(entry));
      // What the store missed may have been told to it by others, and so may the end of an earlier life.
      if (outcome && (entry.isFresh || isOf(entry, outcome))) entry.take(outcome);
    });
  }

  /**
   * Takes up a wait that began elsewhere or before. The store tells from now on, and only then is asked what it knows: so
   * nothing falls in between.
   */
  takeUp(entry: PendingEntry, untilMs: number): void {
    this.#have(entry, async () => {
      this.#resumed(entry, await this.#open(entry, untilMs, true));
      const outcome = await this.#store.read(keyOf(entry));
      if (outcome) entry.take(outcome);
    });
  }

  /** Nobody waits any more. */
  forget(entry: PendingEntry): void {
    this.#waits.forget(entry.key);
  }

  /** Tries once more to have kept what was not. */
  async close(): Promise<void> {
    await Promise.all([this.#ends.close(), this.#waits.close(), this.#tones.close()]);
  }

  #share(tones: ToneSharing): ToneSharing {
    return {
      listen: (callId, heard) => tones.listen(callId, heard),
      put: (callId, tone) =>
        this.#tones.do({ id: `${this.#unnamed++}`, run: () => tones.put(callId, tone) }).catch(() => {}),
    };
  }

  #have(entry: PendingEntry, run: (again: boolean) => Promise<void>): void {
    // The wait here goes on all the same.
    this.#waits.do({ id: entry.key, run, isMoot: () => entry.isOver }).catch(() => {});
  }

  #open(entry: PendingEntry, untilMs: number, resume: boolean): Promise<number> {
    const { operationId } = entry;
    return this.#store.open(keyOf(entry), untilMs, {
      ...(resume && { resume }),
      ...(operationId !== undefined && { operationId }),
    });
  }
}

function keyOf({ call, clientContext }: PendingEntry): OperationKey {
  return { callId: call.id, clientContext };
}

function isOf({ operationId }: PendingEntry, outcome: OperationOutcome): boolean {
  return operationId !== undefined && "operation" in outcome && outcome.operation.id === operationId;
}
