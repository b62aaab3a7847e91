import type { Clock, Timer } from "@graph-dtmf/models";

/** Something that becomes due. It is a link of the list of those that become due at the same time. */
export interface Due {
  /** The list that it is in, while it waits, and its neighbours there. */
  dueWith?: DueList | undefined;
  dueBefore?: Due | undefined;
  dueAfter?: Due | undefined;
  /** Its time has come. */
  due(): void;
}

/** What becomes due with one tick, in the order in which it was set. */
interface DueList {
  readonly tick: number;
  first?: Due | undefined;
  last?: Due | undefined;
}

/** How late something may become due, in milliseconds. It never does early. */
const TICK_MS = 250;

/**
 * Deadlines of very many things on one timer: setting, moving and clearing one costs the same however many there are.
 *
 * The timer runs while something waits, for a tick longer at most, and keeps the process alive only while something is
 * held. To stop and start it with every lone thing that comes and goes would cost more than all the rest.
 */
export class Deadlines {
  readonly #clock: Clock;
  /** By tick. One that has become empty stays until its tick is over: it is often filled again. */
  readonly #lists = new Map<number, DueList>();
  /** What was set last becomes due with the next one nearly always. */
  #latest: DueList | undefined;
  #timer: Timer | undefined;
  #tick = 0;
  #waiting = 0;
  #held = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes it due at that time, instead of any earlier choice. */
  set(thing: Due, atMs: number): void {
    // The timer keeps the tick up to date while it runs.
    if (this.#waiting === 0 && !this.#timer) this.#begin(this.#nowTick());
    this.#unlink(thing);
    const list = this.#list(Math.max(this.#tick + 1, Math.ceil(atMs / TICK_MS)));
    thing.dueWith = list;
    thing.dueBefore = list.last;
    if (list.last) list.last.dueAfter = thing;
    else list.first = thing;
    list.last = thing;
    this.#waiting++;
    if (!this.#timer) this.#start();
  }

  clear(thing: Due): void {
    if (thing.dueWith) this.#unlink(thing);
  }

  /** Lets go of the timer, once nothing waits any more. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Nothing waits: what is empty of the ticks before this one is not needed again. */
  #begin(tick: number): void {
    if (tick === this.#tick) return;
    this.#lists.clear();
    this.#latest = undefined;
    this.#tick = tick;
  }

  #unlink(thing: Due): void {
    const { dueWith: list, dueBefore: before, dueAfter: after } = thing;
    if (!list) return;
    if (before) before.dueAfter = after;
    else list.first = after;
    if (after) after.dueBefore = before;
    else list.last = before;
    thing.dueWith = undefined;
    thing.dueBefore = undefined;
    thing.dueAfter = undefined;
    this.#waiting--;
  }

  /** Keeps the process alive until as many calls of {@link release} were made. */
  hold(): void {
    if (this.#held++ === 0) this.#restart();
  }

  release(): void {
    if (--this.#held === 0) this.#restart();
  }

  #list(tick: number): DueList {
    if (this.#latest?.tick === tick) return this.#latest;
    let list = this.#lists.get(tick);
    if (!list) {
      list = { tick };
      this.#lists.set(tick, list);
    }
    this.#latest = list;
    return list;
  }

  #restart(): void {
    if (!this.#timer) return;
    this.#timer.cancel();
    this.#start();
  }

  #start(): void {
    this.#timer = this.#clock.after(TICK_MS - (this.#clock.now() % TICK_MS), () => this.#run());
    if (this.#held === 0) this.#timer.unref();
  }

  #run(): void {
    this.#timer = undefined;
    const nowTick = this.#nowTick();
    while (this.#tick < nowTick && this.#waiting > 0) {
      this.#tick++;
      const list = this.#lists.get(this.#tick);
      this.#lists.delete(this.#tick);
      // What becomes due may clear others of the list, and set none in it: it is too late for this tick.
      for (let thing = list?.first; thing; thing = list?.first) {
        this.clear(thing);
        thing.due();
      }
    }
    if (this.#waiting > 0 && !this.#timer) this.#start();
  }

  #nowTick(): number {
    return Math.floor(this.#clock.now() / TICK_MS);
  }
}
