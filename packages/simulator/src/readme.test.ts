import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

test("the program in the README runs and prints what the README says", async () => {
  const program = read("./__fixtures__/readme-example.ts").replace("../index.ts", "@graph-dtmf/simulator");
  expect(read("../README.md")).toContain(`\`\`\`ts\n${program}\`\`\``);
  const print = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await import("./__fixtures__/readme-example.ts");
    expect(print.mock.calls).toEqual([
      ["updated", "establishing"],
      ["updated", "established"],
      ["deleted", "completedSuccessfully"],
      [["tone4", "tone2", "pound"]],
    ]);
  } finally {
    print.mockRestore();
  }
});
