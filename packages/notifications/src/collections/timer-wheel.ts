import type { Clock, Timer } from "@graph-dtmf/models";

/** An item with a deadline. While it is set, it is a link in the list of items that expire in the same tick. */
export interface Expirable {
  /** The list that contains it, and its neighbours there. Only the wheel sets them. */
  slot?: Slot | undefined;
  slotPrevious?: Expirable | undefined;
  slotNext?: Expirable | undefined;
  /** Called when its deadline has passed. */
  expire(): void;
}

/** The items that expire in one tick, in the order in which they were set. */
interface Slot {
  readonly tick: number;
  first?: Expirable | undefined;
  last?: Expirable | undefined;
}

/** The resolution in milliseconds. An item expires at most this late, and never early. */
const TICK_MS = 250;

/**
 * Deadlines of many items on one timer. Setting, moving and clearing a deadline takes constant time.
 *
 * The timer runs while items are set, and for one tick longer. It keeps the process alive only while {@link hold}
 * was called more often than {@link release}.
 */
export class TimerWheel {
  readonly #clock: Clock;
  /** By tick. An empty slot stays until its tick has passed, because it is often used again. */
  readonly #slots = new Map<number, Slot>();
  /** The slot that was used last: the next deadline usually expires in the same tick. */
  #latest: Slot | undefined;
  #timer: Timer | undefined;
  #tick = 0;
  #waiting = 0;
  #held = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sets or moves the deadline, in milliseconds since 1970. */
  set(item: Expirable, atMs: number): void {
    // While the timer runs, it keeps the tick up to date.
    if (this.#waiting === 0 && !this.#timer) this.#startAt(this.#nowTick());
    this.#unlink(item);
    const slot = this.#slotAt(Math.max(this.#tick + 1, Math.ceil(atMs / TICK_MS)));
    item.slot = slot;
    item.slotPrevious = slot.last;
    if (slot.last) slot.last.slotNext = item;
    else slot.first = item;
    slot.last = item;
    this.#waiting++;
    if (!this.#timer) this.#startTimer();
  }

  clear(item: Expirable): void {
    if (item.slot) this.#unlink(item);
  }

  /** Cancels the timer. No item may be set. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Keeps the process alive until {@link release} was called as often. */
  hold(): void {
    if (this.#held++ === 0) this.#restartTimer();
  }

  release(): void {
    if (--this.#held === 0) this.#restartTimer();
  }

  /** Sets the tick while no item is set, and removes the empty slots of earlier ticks. */
  #startAt(tick: number): void {
    if (tick === this.#tick) return;
    this.#slots.clear();
    this.#latest = undefined;
    this.#tick = tick;
  }

  #unlink(item: Expirable): void {
    const { slot, slotPrevious: previous, slotNext: next } = item;
    if (!slot) return;
    if (previous) previous.slotNext = next;
    else slot.first = next;
    if (next) next.slotPrevious = previous;
    else slot.last = previous;
    item.slot = undefined;
    item.slotPrevious = undefined;
    item.slotNext = undefined;
    this.#waiting--;
  }

  #slotAt(tick: number): Slot {
    if (this.#latest?.tick === tick) return this.#latest;
    let slot = this.#slots.get(tick);
    if (!slot) {
      slot = { tick };
      this.#slots.set(tick, slot);
    }
    this.#latest = slot;
    return slot;
  }

  #restartTimer(): void {
    if (!this.#timer) return;
    this.#timer.cancel();
    this.#startTimer();
  }

  #startTimer(): void {
    this.#timer = this.#clock.after(TICK_MS - (this.#clock.now() % TICK_MS), () => this.#run());
    if (this.#held === 0) this.#timer.unref();
  }

  #run(): void {
    this.#timer = undefined;
    const nowTick = this.#nowTick();
    while (this.#tick < nowTick && this.#waiting > 0) {
      this.#tick++;
      const slot = this.#slots.get(this.#tick);
      this.#slots.delete(this.#tick);
      // expire() may clear other items of the slot. It cannot set one in it, because new deadlines are in later ticks.
      for (let item = slot?.first; item; item = slot?.first) {
        this.clear(item);
        item.expire();
      }
    }
    if (this.#waiting > 0 && !this.#timer) this.#startTimer();
  }

  #nowTick(): number {
    return Math.floor(this.#clock.now() / TICK_MS);
  }
}
