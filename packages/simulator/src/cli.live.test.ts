import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

/** Runs the built program; resolves with it once it has printed what is looked for. */
async function run(args: string[], until: RegExp): Promise<{ program: ChildProcess; output: () => string }> {
  const program = spawn(process.execPath, [cli, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void program.kill("SIGKILL"));
  let printed = "";
  await new Promise<void>((resolve) => {
    const look = (chunk: Buffer): void => {
      printed += chunk;
      if (until.test(printed)) resolve();
    };
    program.stdout?.on("data", look);
    program.stderr?.on("data", look);
  });
  return { program, output: () => printed };
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "it says what a bot needs, serves it, and ends cleanly at %s",
  async (signal) => {
    const { program, output } = await run(
      ["--port", "0", "--app-id", "2891555a-92ff-42e6-80fa-6e1300c6b5c6"],
      /Ctrl-C/,
    );
    const said = (label: string): string => new RegExp(`${label}\\s+(\\S+)`).exec(output())?.[1] ?? "";
    expect(said("application id")).toBe("2891555a-92ff-42e6-80fa-6e1300c6b5c6");
    const response = await fetch(said("tokens"), {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: said("application id"),
        client_secret: said("client secret"),
        scope: "https://graph.microsoft.com/.default",
      }),
    });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
    expect(output()).toMatch(/<- POST .+ 200/);
    expect(output()).not.toMatch(/<- .*client_secret/);
    const exit = once(program, "exit");
    // As a terminal and npx above it may both pass it on.
    program.kill(signal);
    program.kill(signal);
    expect(await exit).toEqual([0, null]);
  },
);

test("the command that it proposes works", async () => {
  const { output } = await run(["--port", "0"], /Ctrl-C/);
  const command = output().slice(output().indexOf("  curl"), output().indexOf("Ctrl-C"));
  const shell = spawn("sh", ["-c", command], { stdio: ["ignore", "pipe", "inherit"] });
  let answer = "";
  shell.stdout.on("data", (chunk: Buffer) => {
    answer += chunk;
  });
  await once(shell, "close");
  expect(JSON.parse(answer)).toMatchObject({ token_type: "Bearer" });
});

test("a port that is in use is said in one line, without a stack", async () => {
  const { output } = await run(["--port", "0"], /Ctrl-C/);
  const port = /listens at http:\/\/127\.0\.0\.1:(\d+)/.exec(output())?.[1] ?? "";
  const second = await run(["--port", port], /in use/);
  expect(second.output()).toBe("graph-dtmf-simulator: the port is in use; choose another with --port\n");
  expect(await once(second.program, "exit")).toEqual([1, null]);
});

test("it explains itself", async () => {
  const { program, output } = await run(["--help"], /--speed/);
  expect(output()).toMatch(/^Usage: graph-dtmf-simulator/);
  expect(await once(program, "exit")).toEqual([0, null]);
});

test.each([["--port", "many"], ["--speed", "0"], ["--faster"], ["extra"]])("it refuses %s %s", async (...args) => {
  const { program, output } = await run(args.filter(Boolean), /\n/);
  expect(output()).toMatch(/^graph-dtmf-simulator: /);
  expect(output()).not.toContain("    at ");
  expect(await once(program, "exit")).toEqual([1, null]);
});
