import type { Clock, Timer } from "@graph-dtmf/models";

/** Something with a deadline. While it waits, it is a link in the list of those that expire in the same tick. */
export interface Expirable {
  /** The list that it is in, and its neighbours there. Set by the wheel alone. */
  slot?: Slot | undefined;
  slotPrevious?: Expirable | undefined;
  slotNext?: Expirable | undefined;
  /** Called when its deadline has passed. */
  expire(): void;
}

/** What expires in one tick, in the order in which it was set. */
interface Slot {
  readonly tick: number;
  first?: Expirable | undefined;
  last?: Expirable | undefined;
}

/** How late something may expire, in milliseconds. It never expires early. */
const TICK_MS = 250;

/**
 * Deadlines of very many things on one timer. Setting, moving and clearing a deadline costs the same for any number of
 * them.
 *
 * The timer runs while something waits, and for one tick longer. It keeps the process alive only while {@link hold} was
 * called more often than {@link release}.
 */
export class TimerWheel {
  readonly #clock: Clock;
  /** By tick. An empty slot stays until its tick is over, because it is often used again. */
  readonly #slots = new Map<number, Slot>();
  /** The slot that was used last: the next deadline is mostly in the same one. */
  #latest: Slot | undefined;
  #timer: Timer | undefined;
  #tick = 0;
  #waiting = 0;
  #held = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sets the deadline, in milliseconds since 1970, in place of an earlier one. */
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

  /** Cancels the timer. Nothing may wait any more. */
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

  /** Starts with a tick while nothing waits, so that the slots of earlier ticks can go. */
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
      // An expiring item may clear others of the slot. It cannot set one in it, because the tick has begun.
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
