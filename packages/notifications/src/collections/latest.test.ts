import { expect, it } from "vitest";
import { Latest } from "./latest.ts";

it("hands back the oldest once there are too many", () => {
  const latest = new Latest<number>(3);
  expect([1, 2, 3, 4, 5, 6, 7].map((item) => latest.add(item))).toEqual([undefined, undefined, undefined, 1, 2, 3, 4]);
});
