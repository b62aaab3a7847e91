import { expect, it } from "vitest";
import { TokenCache } from "./token-cache.ts";
import type { VerifiedToken } from "./verify-jwt.ts";

it("a token cache holds the newest thousand tokens", () => {
  const cache = new TokenCache();
  const token = {} as VerifiedToken;
  for (let index = 0; index <= 1_000; index++) cache.set(`Bearer ${index}`, token);
  expect(cache.get("Bearer 0")).toBeUndefined();
  expect(cache.get("Bearer 1")).toBe(token);
  expect(cache.get("Bearer 1000")).toBe(token);
});

it("a token cache holds the newest thousand tokens after deletions", () => {
  const cache = new TokenCache();
  const token = {} as VerifiedToken;
  for (let index = 0; index < 3_000; index++) {
    cache.set(`Bearer ${index}`, token);
    if (index % 3 === 0) cache.delete(`Bearer ${index}`);
  }
  // Deleted tokens make room for older ones: of three tokens, two stay.
  const held = Array.from({ length: 3_000 }, (_, index) => index).filter((index) => cache.get(`Bearer ${index}`));
  expect(held).toHaveLength(1_000);
  expect(held[0]).toBe(1_501);
});
