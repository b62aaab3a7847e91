import { describe, expect, it } from "vitest";
import { GuidTable } from "./guid-table.ts";

const guid = (n: number, head = "d36fe651"): string => `${head}-9f50-484d-bd4b-${n.toString(16).padStart(12, "0")}`;

describe("a table of GUIDs", () => {
  it("finds each row by its first GUID until it is removed, the latest where there are several", () => {
    const table = new GuidTable(1000);
    for (let row = 0; row < 1000; row++) expect(table.enter(row, guid(row % 500))).toBe(true);
    const found = (): (number | undefined)[] => Array.from({ length: 500 }, (_, n) => table.find(guid(n)));
    expect(found()).toEqual(Array.from({ length: 500 }, (_, n) => n + 500));
    for (let row = 999; row >= 500; row--) table.remove(row);
    expect(found()).toEqual(Array.from({ length: 500 }, (_, n) => n));
    for (let row = 0; row < 500; row++) table.remove(row);
    expect(found().every((row) => row === undefined)).toBe(true);
  });

  it("keeps rows apart that share a bucket, whichever of them is removed", () => {
    // The same numbers in another order: no bucket can tell them apart.
    const alike = [
      "00000001-0000-0002-0000-000300000004",
      "00000002-0000-0001-0000-000300000004",
      "00000003-0000-0001-0000-000200000004",
    ];
    for (const [removed, gone] of alike.entries()) {
      const table = new GuidTable(3);
      for (const [row, each] of alike.entries()) table.enter(row, each);
      table.remove(removed);
      expect(alike.map((each) => table.find(each))).toEqual(
        [0, 1, 2].map((row) => (row === removed ? undefined : row)),
      );
      table.remove(removed);
      expect(table.enter(removed, gone)).toBe(true);
      expect(alike.map((each) => table.find(each))).toEqual([0, 1, 2]);
    }
  });

  it("gives back what was written, and takes no other spelling", () => {
    const table = new GuidTable(2);
    expect([1, 2].map((column) => table.write(1, column, guid(column)))).toEqual([true, true]);
    expect([1, 2].map((column) => table.read(1, column))).toEqual([guid(1), guid(2)]);
    expect([guid(1), guid(2), "1"].map((each) => table.has(1, 2, each))).toEqual([false, true, false]);
    for (const text of ["", "1", guid(1).toUpperCase()]) {
      expect([table.enter(0, text), table.write(0, 1, text), table.find(text)]).toEqual([false, false, undefined]);
    }
    expect(table.find(guid(1))).toBeUndefined();
  });
});
