import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RowIndex } from "./row-index.ts";

const ROWS = 100;
const guid = (n: number): string => `d36fe651-9f50-484d-bd4b-${n.toString(16).padStart(12, "0")}`;
const alike = (n: number): string => `12345678 ${n} 12345678`;
/** Nothing but what is in the rows tells such texts apart. */
const areAlike = (one: string, other: string): boolean =>
  one.length === other.length && one.slice(0, 8) === other.slice(0, 8) && one.slice(-8) === other.slice(-8);

function found(index: RowIndex, text: string): number[] {
  const rows: number[] = [];
  for (let row = index.latest(text); row !== undefined; row = index.before(row)) rows.push(row);
  return rows;
}

describe("an index of rows", () => {
  it("finds each row by its text until it is removed, the latest first, with those that are alike", () => {
    const texts = fc.constantFrom("", "1", "é€", ...[1, 2, 3, 4].map(guid), ...[1, 2].map(alike));
    const steps = fc.array(fc.tuple(fc.nat({ max: ROWS - 1 }), fc.option(texts)), { maxLength: 1_000 });
    fc.assert(
      fc.property(steps, texts, (all, asked) => {
        const index = new RowIndex(ROWS);
        // By row, in the order in which they were entered.
        const entered = new Map<number, string>();
        for (const [row, text] of all) {
          index.remove(row);
          entered.delete(row);
          if (text === null) continue;
          index.enter(row, text);
          entered.set(row, text);
        }
        const expected = [...entered].reverse().filter(([, text]) => areAlike(text, asked));
        expect(found(index, asked)).toEqual(expected.map(([row]) => row));
      }),
      { numRuns: 500 },
    );
  });

  it("tells GUIDs apart, however they are numbered", () => {
    const index = new RowIndex(10_000);
    const head = (n: number): string => `${n.toString(16).padStart(8, "0")}-9f50-184d-bd4b-00155d000000`;
    for (const textOf of [guid, head]) {
      for (let row = 0; row < 10_000; row++) index.enter(row, textOf(row));
      for (let row = 0; row < 10_000; row++) expect(found(index, textOf(row))).toEqual([row]);
      for (let row = 0; row < 10_000; row++) index.remove(row);
      expect(found(index, textOf(7))).toEqual([]);
    }
  });
});
