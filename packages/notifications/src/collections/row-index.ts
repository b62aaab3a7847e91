/** A power of two, and more than there are rows, so that few of them share one. */
const BUCKETS = 16_384;
/** How many characters at either end of a text tell it apart: GUIDs differ in these, whichever way they are made. */
const TELLING = 8;

/**
 * Finds rows by a text, with numbers alone: a map that thousands of texts come to and go from costs the garbage collector
 * more than all else that is done with them.
 */
export class RowIndex {
  /** By bucket the first row of a chain, by row the next one: counted from 1, since 0 is none. */
  readonly #first = new Uint16Array(BUCKETS);
  readonly #next: Uint16Array;
  readonly #hashes: Int32Array;
  /** What was asked for last: often it is entered right after. */
  #asked = "";
  #askedHash = hashOf("");

  /** @param rows How many: 65,535 at most. */
  constructor(rows: number) {
    this.#next = new Uint16Array(rows);
    this.#hashes = new Int32Array(rows);
  }

  /** The latest row that may have been entered under a text, if there is one: texts that look alike share rows. */
  latest(text: string): number | undefined {
    const hash = this.#hash(text);
    return this.#seek(this.#first[bucketOf(hash)] ?? 0, hash);
  }

  /** As {@link latest}: the one before that row. */
  before(row: number): number | undefined {
    return this.#seek(this.#next[row] ?? 0, this.#hashes[row] ?? 0);
  }

  /** Has a row found by a text, until it is removed. */
  enter(row: number, text: string): void {
    const hash = this.#hash(text);
    const bucket = bucketOf(hash);
    this.#hashes[row] = hash;
    this.#next[row] = this.#first[bucket] ?? 0;
    this.#first[bucket] = row + 1;
  }

  /** Has a row found no more, if it was entered. */
  remove(row: number): void {
    let chain: Uint16Array = this.#first;
    let at = bucketOf(this.#hashes[row] ?? 0);
    for (let next = chain[at]; next; next = chain[at]) {
      if (next === row + 1) {
        chain[at] = this.#next[row] ?? 0;
        return;
      }
      chain = this.#next;
      at = next - 1;
    }
  }

  #seek(from: number, hash: number): number | undefined {
    let link = from;
    while (link > 0 && this.#hashes[link - 1] !== hash) link = this.#next[link - 1] ?? 0;
    return link > 0 ? link - 1 : undefined;
  }

  #hash(text: string): number {
    if (text !== this.#asked) {
      this.#asked = text;
      this.#askedHash = hashOf(text);
    }
    return this.#askedHash;
  }
}

function hashOf(text: string): number {
  let hash = text.length;
  const head = Math.min(TELLING, text.length);
  for (let at = 0; at < head; at++) hash = mixed(hash, text.charCodeAt(at));
  for (let at = Math.max(head, text.length - TELLING); at < text.length; at++) hash = mixed(hash, text.charCodeAt(at));
  return hash;
}

/** A step of FNV-1a. */
function mixed(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

function bucketOf(hash: number): number {
  return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
}
