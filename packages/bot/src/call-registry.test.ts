import { expect, test } from "vitest";
import { CallRegistry } from "./call-registry.ts";

test("finds a call by every spelling of its id", () => {
  const calls = new CallRegistry<object>();
  const known = calls.get("57dab8b1-894c-409a-b240-bd8beae78896");
  expect(calls.get("57DAB8B1894C409AB240BD8BEAE78896")).toBe(known);
});

test("keeps 10,000 calls; a call with a handle stays until it ends", () => {
  const calls = new CallRegistry<object>();
  const held = calls.get("held");
  held.handle = {};
  const over = calls.get("over");
  over.handle = {};
  over.progress.end(undefined);
  const first = calls.get("0");
  for (let index = 1; index <= 9_998; index++) calls.get(String(index));
  expect(calls.get("held")).toBe(held);
  expect(calls.get("over")).not.toBe(over);
  expect(calls.get("0")).not.toBe(first);
  for (let index = 0; index < 20_000; index++) calls.get(`more ${index}`);
  expect(calls.get("held")).toBe(held);
});
