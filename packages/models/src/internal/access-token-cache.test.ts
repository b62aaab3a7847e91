import { expect, it } from "vitest";
import { createManualClock } from "../testing/manual-clock.ts";
import { AccessTokenCache } from "./access-token-cache.ts";

it("requests a token once for each key, and again a minute before it expires", async () => {
  const clock = createManualClock(0);
  const cache = new AccessTokenCache(clock);
  let requests = 0;
  const get = (key: string) =>
    cache.get(key, async () => {
      requests++;
      return { token: `${key}${requests}`, lifetimeSec: 3600 };
    });
  expect([await get("a"), await get("a"), await get("b")].map(({ token }) => token)).toEqual(["a1", "a1", "b2"]);
  await clock.advance(3_539_999);
  expect((await get("a")).token).toBe("a1");
  await clock.advance(1);
  expect(await get("a")).toEqual({ token: "a3", expiresOnTimestamp: 3_540_000 + 3_600_000 });
});

it("keeps nothing of a request that failed", async () => {
  const cache = new AccessTokenCache(createManualClock(0));
  await expect(cache.get("a", () => Promise.reject(new Error("no token")))).rejects.toThrow("no token");
  expect((await cache.get("a", async () => ({ token: "token", lifetimeSec: 60 }))).token).toBe("token");
});
