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
  /** Resolves once it has printed that. */
  until(pattern: RegExp): Promise<void>;
}

/** Runs the built program; resolves with it once it has printed what is looked for. */
async function run(args: string[], pattern: RegExp): Promise<Running> {
  const program = spawn(process.execPath, [cli, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void program.kill("SIGKILL"));
  let printed = "";
  let look = (): void => {};
  for (const stream of [program.stdout, program.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      printed += chunk;
      look();
    });
  }
  const until = (pattern: RegExp): Promise<void> =>
    new Promise((resolve) => {
      look = () => {
        if (pattern.test(printed)) resolve();
      };
      look();
    });
  await until(pattern);
  return { program, output: () => printed, until };
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

/** Runs the command that the program proposes, and reads what it gets. */
async function firstCommandOf(output: string): Promise<{ access_token: string }> {
  const command = output.slice(output.indexOf("  curl"), output.indexOf("Ctrl-C"));
  const shell = spawn("sh", ["-c", command], { stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse((await shell.stdout.setEncoding("utf8").toArray()).join(""));
}

test("the command that it proposes works", async () => {
  const { output } = await run(["--port", "0"], /Ctrl-C/);
  expect(await firstCommandOf(output())).toMatchObject({ token_type: "Bearer" });
});

test("over https it proposes a command that works as well", async () => {
  const fixture = (name: string): string => fileURLToPath(new URL(`./__fixtures__/${name}.pem`, import.meta.url));
  const { output } = await run(
    ["--port", "0", "--tls-cert", fixture("test-only-certificate"), "--tls-key", fixture("test-only-key")],
    /Ctrl-C/,
  );
  expect(output()).toMatch(/Graph +https:/);
  expect(await firstCommandOf(output())).toMatchObject({ token_type: "Bearer" });
});

test("a bot that is not there is told of in the log, and the call goes on", async () => {
  const { output, until } = await run(["--port", "0", "--speed", "100"], /Ctrl-C/);
  const { access_token } = await firstCommandOf(output());
  const [, url = ""] = /Graph +(\S+)/.exec(output()) ?? [];
  const [, tenantId] = /tenant id +(\S+)/.exec(output()) ?? [];
  const created = await fetch(`${url}/communications/calls`, {
    method: "POST",
    headers: { Authorization: `Bearer ${access_token}`, "Content-Type": "application/json" },
    body: JSON.stringify({
      // Nobody may listen at port 1.
      callbackUri: "http://127.0.0.1:1/",
      tenantId,
      mediaConfig: { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
      targets: [{ identity: { user: { id: "u" } } }],
    }),
  });
  expect(created.status).toBe(201);
  await until(/(-> updated \S+ undelivered: connect ECONNREFUSED.*){2}/s);
});

test("when nobody reads its log any more, it ends", async () => {
  const { program, output } = await run(["--port", "0"], /Ctrl-C/);
  const [, url = ""] = /Graph +(\S+)/.exec(output()) ?? [];
  const exit = once(program, "exit");
  program.stdout?.destroy();
  program.stderr?.destroy();
  await fetch(`${url}/communications/calls`).catch(() => {});
  expect(await exit).toEqual([0, null]);
});

test("a menu that is no JSON is not shown: there are PINs in menus", async () => {
  const folder = await mkdtemp(join(tmpdir(), "menu-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const menu = join(folder, "menu.json");
  await writeFile(menu, '{ "start": "pin", "states": { "pin": { "choices": { "4711#" } } } }');
  const { program, output } = await run(["--port", "0", "--far-end", menu], /\n/);
  expect(output()).toBe(`graph-dtmf-simulator: --far-end: ${menu} is not JSON\n`);
  expect(await once(program, "exit")).toEqual([1, null]);
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
