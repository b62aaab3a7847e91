import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readWorkspaces } from "./workspaces.mjs";

// Users try the code in a README first: it has to compile.

const root = join(import.meta.dirname, "..");
/** Below the root, so that imports find the packages. */
const folder = join(root, "node_modules/.cache/readme");

interface Example {
  readme: string;
  file: string;
  code: string;
}

const readmes = [root, ...readWorkspaces(root).map(({ directory }) => directory)].flatMap((directory) =>
  readdirSync(directory)
    .filter((name) => name === "README.md")
    .map((name) => join(directory, name)),
);

const examples: Example[] = readmes.flatMap((readme) => {
  const blocks = readFileSync(readme, "utf8").matchAll(/^```ts\n(.*?)^```/gms);
  return [...blocks].map(([, code = ""], index) => ({
    readme: readme.slice(root.length + 1),
    file: join(folder, `${readme.slice(root.length + 1).replaceAll(/\W/g, "-")}-${index}.mts`),
    code,
  }));
});

beforeAll(async () => {
  await mkdir(folder, { recursive: true });
  for (const { file, code } of examples) await writeFile(file, code);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("every example in every README compiles", () => {
  const base = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile).config;
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...base.compilerOptions, isolatedDeclarations: false, declaration: false, noUnusedLocals: false },
    root,
  );
  const program = ts.createProgram(
    examples.map(({ file }) => file),
    options,
  );
  const faults = ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file?.fileName.includes("node_modules/.cache/readme"))
    .map(
      ({ file, messageText }) =>
        `${file?.fileName.slice(folder.length)}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
  expect(faults).toEqual([]);
  expect(examples.some(({ readme }) => readme === "README.md")).toBe(true);
});

describe("the quick start of the README", () => {
  test("prints the line in its last comment", async () => {
    const [example] = examples;
    const port = await freePort();
    const program = join(folder, "quick-start.mjs");
    await build({
      stdin: { contents: (example?.code ?? "").replaceAll("3978", String(port)), resolveDir: root, loader: "ts" },
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
      conditions: ["@graph-dtmf/source"],
      external: ["jose", "undici", "@microsoft/microsoft-graph-client"],
    });
    const promised = /console\.log\(.*\); \/\/ (.*)/.exec(example?.code ?? "")?.[1];
    expect(await firstLineOf(program)).toBe(promised);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

/** The program keeps serving, so it is killed after its first line of output. */
function firstLineOf(program: string): Promise<string> {
  const child = spawn(process.execPath, [program], { timeout: 50_000, stdio: ["ignore", "pipe", "pipe"] });
  return new Promise((resolve, reject) => {
    let said = "";
    let complained = "";
    child.stderr.on("data", (chunk) => {
      complained += chunk;
    });
    child.stdout.on("data", (chunk) => {
      said += chunk;
      if (said.includes("\n")) child.kill();
    });
    child.on("close", () => (said ? resolve(said.trim()) : reject(new Error(`it printed nothing: ${complained}`))));
  });
}
