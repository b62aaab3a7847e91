import { expect, test } from "vitest";
import { ignoreErrors } from "./ignore-errors.ts";

test("returns the callback's result", () => {
  expect(ignoreErrors(() => 42)).toBe(42);
});

test("returns undefined when the callback throws", () => {
  const fail = (): number => {
    throw new Error("no");
  };
  expect(ignoreErrors(fail)).toBeUndefined();
});

test("handles a rejection of the callback's promise", async () => {
  const rejections: unknown[] = [];
  const listener = (reason: unknown): void => void rejections.push(reason);
  process.on("unhandledRejection", listener);
  const result = ignoreErrors(() => Promise.reject(new Error("no")));
  await expect(result).rejects.toThrow("no");
  ignoreErrors(() => Promise.reject(new Error("no")));
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", listener);
  expect(rejections).toEqual([]);
});
