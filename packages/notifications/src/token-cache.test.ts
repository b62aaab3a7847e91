import { expect, it } from "vitest";
import { TokenCache } from "./token-cache.ts";
import type { VerifiedToken } from "./token-check.ts";

it("a cache of tokens holds the newest thousand", () => {
  const cache = new TokenCache();
  const token = {} as VerifiedToken;
  for (let index = 0; index <= 1_000; index++) cache.set(`Bearer ${index}`, token);
  expect(cache.get("Bearer 0")).toBeUndefined();
  expect(cache.get("Bearer 1")).toBe(token);
  expect(cache.get("Bearer 1000")).toBe(token);
});
