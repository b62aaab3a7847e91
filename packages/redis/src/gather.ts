/** The most that one call takes: Redis does nothing else while a script runs. */
const MOST_AT_ONCE = 256;

/** How items are done together. */
export interface Gathering<Item, Reply> {
  /** Items that may be done in one call. */
  laneOf(item: Item): string;
  /** Does them all, and replies to each in turn: an Error to those that failed. */
  run(items: readonly Item[]): Promise<readonly (Reply | Error)[]>;
}

interface Asked<Item, Reply> {
  item: Item;
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/**
 * Does in one call what is asked for in one turn of the event loop. Under load that saves most of what calls cost; a lone
 * item waits for nothing.
 */
export function gather<Item, Reply>({ laneOf, run }: Gathering<Item, Reply>): (item: Item) => Promise<Reply> {
  let lanes = new Map<string, Asked<Item, Reply>[]>();

  const flush = (): void => {
    const gathered = lanes;
    lanes = new Map();
    for (const lane of gathered.values()) {
      for (let from = 0; from < lane.length; from += MOST_AT_ONCE) void call(lane.slice(from, from + MOST_AT_ONCE));
    }
  };
  const call = async (asked: readonly Asked<Item, Reply>[]): Promise<void> => {
    try {
      const replies = await run(asked.map(({ item }) => item));
      for (const [index, { resolve, reject }] of asked.entries()) {
        const reply = replies[index];
        if (reply === undefined || reply instanceof Error) reject(reply ?? new Error("expected a reply to each item"));
        else resolve(reply);
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  };
  return (item) =>
    new Promise((resolve, reject) => {
      if (lanes.size === 0) setImmediate(flush);
      const lane = laneOf(item);
      const asked = { item, resolve, reject };
      const others = lanes.get(lane);
      if (others) others.push(asked);
      else lanes.set(lane, [asked]);
    });
}
