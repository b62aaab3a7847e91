import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { skipWithoutRedis } from "../__fixtures__/skip-without-redis.ts";

const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

function run(
  environment: NodeJS.ProcessEnv,
  ...args: string[]
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env: environment, timeout: 90_000 }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

describe("npm run demo -- --instances 3", () => {
  test.skipIf(skipWithoutRedis())(
    "settles each wait on its instance, and resumes the wait of a killed instance",
    async () => {
      const { code, stdout, stderr } = await run(process.env, "--instances", "3", "--json");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const events = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      const of = (step: string): { by: number }[] => events.filter((event) => event.step === step);
      expect(of("ended").map(({ by }) => by)).toEqual([1, 2, 3, 2]);
      // With round robin, an instance other than the waiting one receives a notification.
      expect(of("notified").length).toBeGreaterThan(1);
      expect(events.findIndex(({ step }) => step === "killed")).toBeLessThan(
        events.findIndex(({ step }) => step === "resuming"),
      );
      expect(events.at(-1)).toEqual({ step: "done" });
    },
  );

  test("explains how to install Redis if there is none", async () => {
    const { code, stderr } = await run({ PATH: "" }, "--instances", "2");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^demo: --instances needs a Redis: set REDIS_URL.*apt-get install redis-server.*container/s);
  });
});
