import { expect, test } from "vitest";
import { CallRegistry } from "./call-registry.ts";

test("finds a call by its id in any case, with and without hyphens", () => {
  const calls = new CallRegistry<object>();
  const entry = calls.get("57dab8b1-894c-409a-b240-bd8beae78896");
  expect(calls.get("57DAB8B1894C409AB240BD8BEAE78896")).toBe(entry);
});

test("keeps 10,000 calls; a call with a handle stays until it ends", () => {
  const calls = new CallRegistry<object>();
  const running = calls.get("running");
  running.handle = {};
  const ended = calls.get("ended");
  ended.handle = {};
  ended.progress.end(undefined);
  const first = calls.get("0");
  for (let index = 1; index <= 9_998; index++) calls.get(String(index));
  expect(calls.get("running")).toBe(running);
  expect(calls.get("ended")).not.toBe(ended);
  expect(calls.get("0")).not.toBe(first);
  for (let index = 0; index < 20_000; index++) calls.get(`more ${index}`);
  expect(calls.get("running")).toBe(running);
});
