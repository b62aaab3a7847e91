/** The most items in one batch: Redis runs no other command while a script runs. */
const MAX_BATCH = 256;

/** How items are batched. */
export interface BatcherOptions<Item, Reply> {
  /** Items of the same shard can be in one batch. */
  shardOf(item: Item): string;
  /** Runs one batch. Returns one reply for each item: an Error for those that failed. */
  run(items: readonly Item[]): Promise<readonly (Reply | Error)[]>;
}

interface Batch<Item, Reply> {
  items: Item[];
  replies: Promise<readonly (Reply | Error)[]>;
}

/**
 * Runs all items of one event loop iteration in one call. This saves most of the cost of a call under load. A single
 * item waits only until the end of the iteration.
 */
export function createBatcher<Item, Reply>({
  shardOf: laneOf,
  run,
}: BatcherOptions<Item, Reply>): (item: Item) => Promise<Reply> {
  const batches = new Map<string, Batch<Item, Reply>>();

  const startBatch = (lane: string): Batch<Item, Reply> => {
    const items: Item[] = [];
    const replies = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      if (batches.get(lane) === call) batches.delete(lane);
      return run(items);
    });
    const call = { items, replies };
    batches.set(lane, call);
    return call;
  };
  return (item) => {
    const lane = laneOf(item);
    const known = batches.get(lane);
    const { items, replies } = known && known.items.length < MAX_BATCH ? known : startBatch(lane);
    const index = items.push(item) - 1;
    // One promise for the whole batch: separate ones would double the number of functions under load.
    return replies.then((all) => {
      const reply = all[index];
      if (reply === undefined) throw new Error("expected a reply to each item");
      if (reply instanceof Error) throw reply;
      return reply;
    });
  };
}
