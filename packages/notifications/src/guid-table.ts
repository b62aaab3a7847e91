import { GUID_NUMBERS, readGuid, writeGuid } from "./guid.ts";

/** GUIDs of a row. It is found by the first of them. */
const COLUMNS = 3;
/** A power of two, and more than there are rows, so that few of them share one. */
const BUCKETS = 16_384;

/**
 * Rows of GUIDs, as numbers alone: thousands of texts that come and go cost the garbage collector more than all else that
 * is done with them.
 */
export class GuidTable {
  readonly #numbers: Int32Array;
  /** By bucket the first row of a chain, by row the next one: counted from 1, since 0 is none. */
  readonly #first = new Uint16Array(BUCKETS);
  readonly #next: Uint16Array;
  /** What was asked for last: often it is entered right after. */
  readonly #asked = new Int32Array(GUID_NUMBERS);
  #askedGuid: string | undefined;

  /** @param rows How many: 65,535 at most. */
  constructor(rows: number) {
    this.#numbers = new Int32Array(rows * COLUMNS * GUID_NUMBERS);
    this.#next = new Uint16Array(rows);
  }

  /** The latest row that was entered under a GUID. */
  find(guid: string): number | undefined {
    if (!this.#ask(guid)) return undefined;
    let row = (this.#first[bucketOf(this.#asked, 0)] ?? 0) - 1;
    while (row >= 0 && !this.#isAsked(row, 0)) row = (this.#next[row] ?? 0) - 1;
    return row < 0 ? undefined : row;
  }

  /** Has a row found by a GUID until it is removed. False if that is not spelled as we do. */
  enter(row: number, guid: string): boolean {
    if (!this.#ask(guid)) return false;
    const at = placeOf(row, 0);
    for (let n = 0; n < GUID_NUMBERS; n++) this.#numbers[at + n] = this.#asked[n] ?? 0;
    const bucket = bucketOf(this.#asked, 0);
    this.#next[row] = this.#first[bucket] ?? 0;
    this.#first[bucket] = row + 1;
    return true;
  }

  /** Has a row found no more, if it was entered. */
  remove(row: number): void {
    let chain: Uint16Array = this.#first;
    let at = bucketOf(this.#numbers, placeOf(row, 0));
    for (let next = chain[at]; next; next = chain[at]) {
      if (next === row + 1) {
        chain[at] = this.#next[row] ?? 0;
        return;
      }
      chain = this.#next;
      at = next - 1;
    }
  }

  /** False, and anything is in its place, unless it is spelled as we do. */
  write(row: number, column: number, guid: string): boolean {
    return writeGuid(guid, this.#numbers, placeOf(row, column));
  }

  read(row: number, column: number): string {
    return readGuid(this.#numbers, placeOf(row, column));
  }

  has(row: number, column: number, guid: string): boolean {
    return this.#ask(guid) && this.#isAsked(row, column);
  }

  #ask(guid: string): boolean {
    if (guid === this.#askedGuid) return true;
    const isGuid = writeGuid(guid, this.#asked, 0);
    this.#askedGuid = isGuid ? guid : undefined;
    return isGuid;
  }

  #isAsked(row: number, column: number): boolean {
    const [asked, numbers, at] = [this.#asked, this.#numbers, placeOf(row, column)];
    return (
      numbers[at] === asked[0] &&
      numbers[at + 1] === asked[1] &&
      numbers[at + 2] === asked[2] &&
      numbers[at + 3] === asked[3]
    );
  }
}

function placeOf(row: number, column: number): number {
  return (row * COLUMNS + column) * GUID_NUMBERS;
}

function bucketOf(numbers: Int32Array, at: number): number {
  const mixed = (numbers[at] ?? 0) ^ (numbers[at + 1] ?? 0) ^ (numbers[at + 2] ?? 0) ^ (numbers[at + 3] ?? 0);
  return (mixed ^ (mixed >>> 16)) & (BUCKETS - 1);
}
