import { expect, test } from "vitest";
import { isLoopback } from "./is-loopback.ts";

test.each([
  "http://localhost:3978",
  "http://127.0.0.1",
  "http://127.8.9.10",
  "http://[::1]:80",
  "http://LOCALHOST",
  "http://2130706433",
])("accepts %s", (url) => {
  expect(isLoopback(new URL(url).hostname)).toBe(true);
});

test.each([
  "http://localhost.example",
  "http://127.0.0.1.example",
  "http://128.0.0.1",
  "http://0.0.0.0",
  "http://[::2]",
  "http://example",
])("rejects %s", (url) => {
  expect(isLoopback(new URL(url).hostname)).toBe(false);
});
