import type { CommsOperation, OperationOutcome, ResultInfo } from "@graph-dtmf/models";
import type { EndWaits } from "./end-waits.ts";
import { EndedOperation } from "./ended-operation.ts";
import { Few } from "./few.ts";
import type { PendingEntry } from "./pending-entry.ts";
import type { HeardEnd } from "./store-link.ts";

/** How a call ended. */
export interface CallEnd {
  resultInfo?: ResultInfo;
}

/** A call that is over. */
export interface EndedCall extends HeardEnd {
  end: CallEnd;
}

/** An operation that is waited for, or whose end is remembered. */
export type KnownOperation = PendingEntry | EndedOperation;

/** How many ends of operations that nobody can be matched with yet are kept for one call. */
const MOST_UNCLAIMED = 16;

/** What is known of one call: who waits in it, and what has ended in it. */
export class TrackedCall {
  readonly id: string;
  /** When all that was accepted should have been played: what comes after it starts then. */
  busyUntilMs = 0;
  /** Set once it has ended. */
  ended: EndedCall | undefined;
  /** Absent until somebody waits. */
  endWaits: EndWaits | undefined;
  /** How many are waited for. */
  #pending = 0;
  /** How many are remembered. */
  #remembered = 0;
  /** The latest of each clientContext, which need not be unique in a bot. */
  readonly #byContext = new Few<KnownOperation>();
  /** All that have an id. Made when somebody asks for what {@link #byContext} cannot tell, which is seldom. */
  #byId: Few<KnownOperation> | undefined;
  #unclaimed: Map<string, EndedOperation> | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Whether nobody waits for anything in it, and nothing of it is remembered. */
  get isIdle(): boolean {
    return this.#pending === 0 && this.#remembered === 0 && !this.ended && !this.endWaits?.size;
  }

  /** Who waits under a clientContext. */
  waiting(clientContext: string): PendingEntry | undefined {
    return pending(this.#byContext.get(clientContext));
  }

  /** Those who wait, in the order in which they were added. Whoever looks at one may end it. */
  *entries(): Generator<PendingEntry> {
    for (const known of this.#byContext.values()) if (!known.isOver) yield known;
  }

  /** What Graph said of the end of the latest operation under a clientContext. */
  outcomeUnder(clientContext: string): OperationOutcome | undefined {
    return this.#byContext.get(clientContext)?.outcome;
  }

  /**
   * Which operation this is: by its id, else by clientContext. If both sides know an id and they differ, it is another
   * one. Without an id it is none that is over: nothing would tell it from the next one.
   */
  match({ id, clientContext }: CommsOperation): KnownOperation | undefined {
    // As with most calls: nothing is known to make an index of.
    if (this.#pending === 0 && this.#remembered === 0) return undefined;
    const named = clientContext === undefined ? undefined : this.#byContext.get(clientContext);
    if (!id) return pending(named);
    if (named?.operationId === id) return named;
    const known = this.#index().get(id);
    const entry = named?.operationId ? undefined : pending(named);
    // An end that nobody could be matched with when it came is still news to whoever it turns out to be of.
    return known && !(entry && this.#unclaimed?.has(id)) ? known : entry;
  }

  add(entry: PendingEntry): void {
    this.#name(entry.clientContext, entry);
    this.#pending++;
  }

  /** It may have learned its id. */
  identify(entry: PendingEntry): void {
    const { operationId } = entry;
    if (operationId && this.#byId && !this.#byId.get(operationId)) this.#byId.set(operationId, entry);
  }

  /** Nobody waits for it any more. Hands back what is to be remembered of it, until {@link forget}. */
  end(entry: PendingEntry): KnownOperation | undefined {
    // Ends without a clientContext only matter to somebody whose answer is still on its way.
    if (--this.#pending === 0) this.#unclaimed = undefined;
    if (entry.isTold) return this.#remember(entry);
    this.#drop(entry);
    // It was given up: an end that comes late must not settle the next wait under its clientContext.
    return entry.outcome && entry.operation?.id ? this.note(entry.operation) : undefined;
  }

  /** An operation is over for which nobody waits. It is to be remembered, until {@link forget}. */
  note(operation: CommsOperation): EndedOperation {
    const { id, clientContext } = operation;
    const ended = new EndedOperation(this, operation);
    if (clientContext !== undefined && !this.waiting(clientContext)) this.#name(clientContext, ended);
    else this.#index();
    if (id) this.#byId?.set(id, ended);
    return this.#remember(ended);
  }

  forget(known: KnownOperation): void {
    this.#remembered--;
    this.#drop(known);
  }

  /** Keeps an end that may have come before the answer which tells whose it is. */
  keepUnclaimed(ended: EndedOperation): void {
    const { operationId } = ended;
    if (this.#pending === 0 || !operationId) return;
    this.#unclaimed ??= new Map();
    this.#unclaimed.set(operationId, ended);
    const [oldest] = this.#unclaimed.keys();
    if (this.#unclaimed.size > MOST_UNCLAIMED && oldest !== undefined) this.#unclaimed.delete(oldest);
  }

  claim(operationId: string): EndedOperation | undefined {
    return this.#unclaimed?.get(operationId);
  }

  /** What was under that clientContext before is found by its id from now on. */
  #name(clientContext: string, known: KnownOperation): void {
    if (this.#byContext.get(clientContext)) this.#index();
    this.#byContext.set(clientContext, known);
  }

  #index(): Few<KnownOperation> {
    if (!this.#byId) {
      this.#byId = new Few();
      for (const known of this.#byContext.values()) if (known.operationId) this.#byId.set(known.operationId, known);
    }
    return this.#byId;
  }

  #remember<Known extends KnownOperation>(known: Known): Known {
    this.#remembered++;
    return known;
  }

  /** Unless another one has taken its place meanwhile. */
  #drop(known: KnownOperation): void {
    const { operationId, clientContext } = known;
    if (operationId && this.#byId?.get(operationId) === known) this.#byId.delete(operationId);
    if (clientContext !== undefined && this.#byContext.get(clientContext) === known) {
      this.#byContext.delete(clientContext);
    }
  }
}

function pending(known: KnownOperation | undefined): PendingEntry | undefined {
  return known?.isOver ? undefined : known;
}
