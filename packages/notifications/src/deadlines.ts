import type { Clock, Timer } from "@graph-dtmf/models";

/** Something that becomes due. */
export interface Due {
  /** The tick that it waits for, while it waits. */
  tick?: number | undefined;
  /** Its time has come. */
  due(): void;
}

/** How late something may become due, in milliseconds. It never does early. */
const TICK_MS = 250;

/**
 * Deadlines of very many things on one timer: setting, moving and clearing one costs the same however many there are.
 *
 * The timer runs only while something waits, and keeps the process alive only while something is held.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #buckets = new Map<number, Set<Due>>();
  #timer: Timer | undefined;
  #tick = 0;
  #waiting = 0;
  #held = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes it due at that time, instead of any earlier choice. */
  set(thing: Due, atMs: number): void {
    this.clear(thing);
    if (this.#waiting === 0) this.#tick = this.#nowTick();
    const tick = Math.max(this.#tick + 1, Math.ceil(atMs / TICK_MS));
    const bucket = this.#buckets.get(tick);
    if (bucket) bucket.add(thing);
    else this.#buckets.set(tick, new Set([thing]));
    thing.tick = tick;
    this.#waiting++;
    if (!this.#timer) this.#start();
  }

  clear(thing: Due): void {
    if (thing.tick === undefined) return;
    const bucket = this.#buckets.get(thing.tick);
    if (bucket?.delete(thing) && bucket.size === 0) this.#buckets.delete(thing.tick);
    thing.tick = undefined;
    this.#waiting--;
    if (this.#waiting === 0) this.#stop();
  }

  /** Keeps the process alive until as many calls of {@link release} were made. */
  hold(): void {
    if (this.#held++ === 0) this.#restart();
  }

  release(): void {
    if (--this.#held === 0) this.#restart();
  }

  #restart(): void {
    if (!this.#timer) return;
    this.#stop();
    this.#start();
  }

  #start(): void {
    this.#timer = this.#clock.after(TICK_MS - (this.#clock.now() % TICK_MS), () => this.#run());
    if (this.#held === 0) this.#timer.unref();
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #run(): void {
    this.#timer = undefined;
    const nowTick = this.#nowTick();
    while (this.#tick < nowTick && this.#waiting > 0) {
      this.#tick++;
      for (const thing of this.#buckets.get(this.#tick) ?? []) {
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
