import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";

const program = fileURLToPath(new URL("../dist/serve.js", import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function start(environment: Record<string, string>): { child: ChildProcess; said(pattern: RegExp): Promise<string[]> } {
  const child = spawn(process.execPath, [program], { env: { PATH: process.env.PATH, ...environment } });
  children.push(child);
  let text = "";
  child.stdout?.on("data", (chunk) => (text += chunk));
  child.stderr?.on("data", (chunk) => (text += chunk));
  return {
    child,
    async said(pattern) {
      for (;;) {
        const match = pattern.exec(text);
        if (match) return [...match];
        if (child.exitCode !== null) throw new Error(`it ended, and said: ${text}`);
        await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), once(child, "close")]);
      }
    },
  };
}

describe("npm start", () => {
  test("serves a bot that answers calls, and ends when it is told to", async () => {
    const { child, said } = start({ PORT: "0" });
    const [, callbackUri = ""] = await said(/notifications at (http:\/\/127\.0\.0\.1:\d+\/api\/calls)/);
    const [, graphUrl = ""] = await said(/simulator of our own at (\S+)/);
    expect((await fetch(callbackUri, { method: "POST", body: "{}" })).status).toBe(401);
    expect((await fetch(new URL("/", callbackUri))).status).toBe(404);
    const rings = await fetch(`${graphUrl}/_simulator/incoming`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ callbackUri }),
    });
    expect(rings.status).toBe(200);
    await said(/: established/);
    child.kill("SIGTERM");
    child.kill("SIGTERM");
    expect(await once(child, "close")).toEqual([0, null]);
  });

  test("says everything that is wrong with its environment, and fails", async () => {
    const { child, said } = start({ PORT: "x", CLIENT_ID: "y" });
    await once(child, "close");
    expect(child.exitCode).toBe(1);
    const [text] = await said(/.+\n.+\n.+\n/);
    expect(text).toMatch(/^bot: the environment is not as expected:\n {2}PORT: .*\n {2}CLIENT_ID: /);
  });
});
