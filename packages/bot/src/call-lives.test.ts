import { expect, test } from "vitest";
import { CallLives } from "./call-lives.ts";

test("a call is the same under every spelling of its id", () => {
  const lives = new CallLives<object>();
  const known = lives.of("57dab8b1-894c-409a-b240-bd8beae78896");
  expect(lives.of("57DAB8B1894C409AB240BD8BEAE78896")).toBe(known);
});

test("10,000 are remembered; a call that somebody holds stays until it is over", () => {
  const lives = new CallLives<object>();
  const held = lives.of("held");
  held.handle = {};
  const over = lives.of("over");
  over.handle = {};
  over.life.end(undefined);
  const first = lives.of("0");
  for (let index = 1; index <= 9_998; index++) lives.of(String(index));
  expect(lives.of("held")).toBe(held);
  expect(lives.of("over")).not.toBe(over);
  expect(lives.of("0")).not.toBe(first);
  for (let index = 0; index < 20_000; index++) lives.of(`more ${index}`);
  expect(lives.of("held")).toBe(held);
});
