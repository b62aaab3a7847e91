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
 * Creates a function that collects the items of one event loop iteration and runs them in one batch per shard, which
 * saves round trips. It resolves with the reply to its item.
 */
export function createBatcher<Item, Reply>({
  shardOf,
  run,
}: BatcherOptions<Item, Reply>): (item: Item) => Promise<Reply> {
  const batches = new Map<string, Batch<Item, Reply>>();

  const startBatch = (shard: string): Batch<Item, Reply> => {
    const items: Item[] = [];
    const replies = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      if (batches.get(shard) === batch) batches.delete(shard);
      return run(items);
    });
    const batch = { items, replies };
    batches.set(shard, batch);
    return batch;
  };
  return (item) => {
    const shard = shardOf(item);
    const current = batches.get(shard);
    const { items, replies } = current && current.items.length < MAX_BATCH ? current : startBatch(shard);
    const index = items.push(item) - 1;
    return replies.then((all) => {
      const reply = all[index];
      if (reply === undefined) throw new Error("expected a reply to each item");
      if (reply instanceof Error) throw reply;
      return reply;
    });
  };
}
