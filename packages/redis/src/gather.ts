/** The most that one call takes: Redis does nothing else while a script runs. */
const MOST_AT_ONCE = 256;

/** How items are done together. */
export interface Gathering<Item, Reply> {
  /** Items that may be done in one call. */
  laneOf(item: Item): string;
  /** Does them all, and replies to each in turn: an Error to those that failed. */
  run(items: readonly Item[]): Promise<readonly (Reply | Error)[]>;
}

interface Call<Item, Reply> {
  items: Item[];
  replies: Promise<readonly (Reply | Error)[]>;
}

/**
 * Does in one call what is asked for in one turn of the event loop. Under load that saves most of what calls cost; a lone
 * item waits for nothing but the turn's end.
 */
export function gather<Item, Reply>({ laneOf, run }: Gathering<Item, Reply>): (item: Item) => Promise<Reply> {
  const gathering = new Map<string, Call<Item, Reply>>();

  const begin = (lane: string): Call<Item, Reply> => {
    const items: Item[] = [];
    const replies = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      if (gathering.get(lane) === call) gathering.delete(lane);
      return run(items);
    });
    const call = { items, replies };
    gathering.set(lane, call);
    return call;
  };
  return (item) => {
    const lane = laneOf(item);
    const known = gathering.get(lane);
    const { items, replies } = known && known.items.length < MOST_AT_ONCE ? known : begin(lane);
    const index = items.push(item) - 1;
    // One promise for all, and not two functions more for each: under load very many wait, and all are garbage then.
    return replies.then((all) => {
      const reply = all[index];
      if (reply === undefined) throw new Error("expected a reply to each item");
      if (reply instanceof Error) throw reply;
      return reply;
    });
  };
}
