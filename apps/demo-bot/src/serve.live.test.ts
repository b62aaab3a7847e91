import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";

const program = fileURLToPath(new URL("../dist/serve.js", import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function start(
  environment: Record<string, string>,
  ...args: string[]
): {
  child: ChildProcess;
  waitForOutput(pattern: RegExp): Promise<string[]>;
} {
  const child = spawn(process.execPath, [program, ...args], { env: { PATH: process.env.PATH, ...environment } });
  children.push(child);
  let text = "";
  child.stdout?.on("data", (chunk) => (text += chunk));
  child.stderr?.on("data", (chunk) => (text += chunk));
  return {
    child,
    async waitForOutput(pattern) {
      for (;;) {
        const match = pattern.exec(text);
        if (match) return [...match];
        if (child.exitCode !== null) throw new Error(`the process exited with the output: ${text}`);
        await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), once(child, "close")]);
      }
    },
  };
}

describe("npm start", () => {
  test("starts a bot that answers calls, and exits at SIGTERM", async () => {
    const { child, waitForOutput } = start({ PORT: "0" });
    const [, callbackUri = ""] = await waitForOutput(/notifications at (http:\/\/127\.0\.0\.1:\d+\/api\/calls)/);
    const [, graphUrl = ""] = await waitForOutput(/local simulator at (\S+)/);
    expect((await fetch(callbackUri, { method: "POST", body: "{}" })).status).toBe(401);
    expect((await fetch(new URL("/", callbackUri))).status).toBe(404);
    const incoming = await fetch(`${graphUrl}/_simulator/incoming`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ callbackUri }),
    });
    expect(incoming.status).toBe(200);
    await waitForOutput(/: established/);
    child.kill("SIGTERM");
    child.kill("SIGTERM");
    expect(await once(child, "close")).toEqual([0, null]);
  });

  test("prints the environment variables with --help, and exits", async () => {
    const { child, waitForOutput } = start({ PORT: "x" }, "--help");
    await waitForOutput(/PORT .*GRAPH_URL/s);
    if (child.exitCode === null) await once(child, "close");
    expect(child.exitCode).toBe(0);
  });

  test("lists every invalid environment variable, and exits with code 1", async () => {
    const { child, waitForOutput } = start({ PORT: "x", CLIENT_ID: "y" });
    await once(child, "close");
    expect(child.exitCode).toBe(1);
    const [text] = await waitForOutput(/.+\n.+\n.+\n/);
    expect(text).toMatch(/^bot: invalid environment variables:\n {2}PORT: .*\n {2}CLIENT_ID: /);
  });
});
