import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

interface Running {
  program: ChildProcess;
  output(): string;
  /** Resolves once the output matches. */
  waitForOutput(pattern: RegExp): Promise<void>;
}

/** Runs the built program; resolves once its output matches. */
async function run(args: string[], pattern: RegExp): Promise<Running> {
  const program = spawn(process.execPath, [cli, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void program.kill("SIGKILL"));
  let printed = "";
  let check = (): void => {};
  for (const stream of [program.stdout, program.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      printed += chunk;
      check();
    });
  }
  const waitForOutput = (pattern: RegExp): Promise<void> =>
    new Promise((resolve) => {
      check = () => {
        if (pattern.test(printed)) resolve();
      };
      check();
    });
  await waitForOutput(pattern);
  return { program, output: () => printed, waitForOutput };
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "prints the settings of a bot, serves requests, and ends with code 0 at %s",
  async (signal) => {
    const { program, output } = await run(
      ["--port", "0", "--app-id", "2891555a-92ff-42e6-80fa-6e1300c6b5c6"],
      /Ctrl-C/,
    );
    const printedValue = (label: string): string => new RegExp(`${label}\\s+(\\S+)`).exec(output())?.[1] ?? "";
    expect(printedValue("application id")).toBe("2891555a-92ff-42e6-80fa-6e1300c6b5c6");
    const response = await fetch(printedValue("tokens"), {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: printedValue("application id"),
        client_secret: printedValue("client secret"),
        scope: "https://graph.microsoft.com/.default",
      }),
    });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
    expect(output()).toMatch(/<- POST .+ 200/);
    expect(output()).not.toMatch(/<- .*client_secret/);
    const exit = once(program, "exit");
    // The terminal and npx can each send the signal.
    program.kill(signal);
    program.kill(signal);
    expect(await exit).toEqual([0, null]);
  },
);

/** Runs the command that the program prints; returns its JSON output. */
async function firstCommandOf(output: string): Promise<{ access_token: string }> {
  const command = output.slice(output.indexOf("  curl"), output.indexOf("Press Ctrl-C"));
  const shell = spawn("sh", ["-c", command], { stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse((await shell.stdout.setEncoding("utf8").toArray()).join(""));
}

test("the printed command gets a token", async () => {
  const { output } = await run(["--port", "0"], /Ctrl-C/);
  expect(await firstCommandOf(output())).toMatchObject({ token_type: "Bearer" });
});

test("the printed command gets a token over https", async () => {
  const fixture = (name: string): string => fileURLToPath(new URL(`./__fixtures__/${name}.pem`, import.meta.url));
  const { output } = await run(
    ["--port", "0", "--tls-cert", fixture("test-only-certificate"), "--tls-key", fixture("test-only-key")],
    /Ctrl-C/,
  );
  expect(output()).toMatch(/Graph +https:/);
  expect(await firstCommandOf(output())).toMatchObject({ token_type: "Bearer" });
});

test("logs a notification that could not be delivered, and continues the call", async () => {
  const { output, waitForOutput } = await run(["--port", "0", "--speed", "100"], /Ctrl-C/);
  const { access_token } = await firstCommandOf(output());
  const [, url = ""] = /Graph +(\S+)/.exec(output()) ?? [];
  const [, tenantId] = /tenant id +(\S+)/.exec(output()) ?? [];
  const created = await fetch(`${url}/communications/calls`, {
    method: "POST",
    headers: { Authorization: `Bearer ${access_token}`, "Content-Type": "application/json" },
    body: JSON.stringify({
      // No process without privileges can listen at port 1.
      callbackUri: "http://127.0.0.1:1/",
      tenantId,
      mediaConfig: { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
      targets: [{ identity: { user: { id: "u" } } }],
    }),
  });
  expect(created.status).toBe(201);
  await waitForOutput(/(-> updated \S+ undelivered: connect ECONNREFUSED.*){2}/s);
});

test("ends when its output is no longer read", async () => {
  const { program, output } = await run(["--port", "0"], /Ctrl-C/);
  const [, url = ""] = /Graph +(\S+)/.exec(output()) ?? [];
  const exit = once(program, "exit");
  program.stdout?.destroy();
  program.stderr?.destroy();
  await fetch(`${url}/communications/calls`).catch(() => {});
  expect(await exit).toEqual([0, null]);
});

test("does not print a phone menu that is not JSON, because menus contain PINs", async () => {
  const folder = await mkdtemp(join(tmpdir(), "menu-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const menu = join(folder, "menu.json");
  await writeFile(menu, '{ "start": "pin", "states": { "pin": { "choices": { "4711#" } } } }');
  const { program, output } = await run(["--port", "0", "--far-end", menu], /\n/);
  expect(output()).toBe(`graph-dtmf-simulator: --far-end: ${menu} is not JSON\n`);
  expect(await once(program, "exit")).toEqual([1, null]);
});

test("reports a port that is in use in one line, without a stack", async () => {
  const { output } = await run(["--port", "0"], /Ctrl-C/);
  const port = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(output())?.[1] ?? "";
  const second = await run(["--port", port], /in use/);
  expect(second.output()).toBe("graph-dtmf-simulator: the port is in use; choose another with --port\n");
  expect(await once(second.program, "exit")).toEqual([1, null]);
});

test("prints its help", async () => {
  const { program, output } = await run(["--help"], /--speed/);
  expect(output()).toMatch(/^Usage: graph-dtmf-simulator/);
  expect(await once(program, "exit")).toEqual([0, null]);
});

test.each([["--port", "many"], ["--speed", "0"], ["--faster"], ["extra"]])("rejects %s %s", async (...args) => {
  const { program, output } = await run(args.filter(Boolean), /\n/);
  expect(output()).toMatch(/^graph-dtmf-simulator: /);
  expect(output()).not.toContain("    at ");
  expect(await once(program, "exit")).toEqual([1, null]);
});
