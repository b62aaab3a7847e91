import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

describe("npm run demo", () => {
  test("prints the walkthrough, without colour if there is no terminal", async () => {
    const { code, stdout, stderr } = await run();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("sendDtmfTones 1234567890*#, 1000 ms");
    for (const reason of ["completedSuccessfully", "mediaOperationCanceled", "unknown"])
      expect(stdout).toContain(reason);
    expect(stdout).not.toContain("\u001b");
  });

  test("prints one JSON object per line with --json", async () => {
    const { code, stdout } = await run("--json", "--tones", "1234#", "--delay", "300");
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ step: "done" });
    expect(events.find(({ step }) => step === "sending")).toMatchObject({ keys: "1234#", delayBetweenTonesMs: 300 });
  });

  test.each(["conference", "collect", "menu"])("runs the scenario %s to its end", async (scenario) => {
    const { code, stdout, stderr } = await run("--scenario", scenario);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/✓ done {5}\d+ requests, \d+ notifications verified, none refused\n$/);
  });

  test("reports an invalid option without stack and tones, and exits with code 1", async () => {
    const { code, stdout, stderr } = await run("--tones", "4711x");
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^demo: no key at position 4: .*\n$/);
    expect(stderr).not.toContain("4711");
  });
});
