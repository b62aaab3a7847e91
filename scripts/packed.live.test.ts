import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJson, readWorkspaces, type Workspace } from "./workspaces.mjs";

// Users get the packed files. A wrong `files` or `exports`, an undeclared dependency, or types that resolve only for ESM work
// inside the repository: so these tests install the tarballs into an empty folder and load them there.

const root = join(import.meta.dirname, "..");
const nodeMajors = [20, 22, 24, 26];

const published: Workspace[] = readWorkspaces(root)
  .filter(({ manifest }) => manifest.private !== true)
  .filter(({ directory }) => existsSync(join(directory, "src/index.ts")));

/** Every entry point of every package, as an import writes it. */
const entryPoints: string[] = published.flatMap(({ manifest }) =>
  Object.keys(manifest.exports)
    .filter((entry) => entry !== "./package.json")
    .map((entry) => manifest.name + entry.slice(1)),
);

const empty = mkdtempSync(join(tmpdir(), "packed-"));
afterAll(() => rmSync(empty, { recursive: true, force: true }));

/** Runs a program in the consumer's folder or another. Returns its output, or throws an error with its output. */
function run(command: string, parameters: readonly string[], cwd = empty): string {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${parameters.join(" ")}\n${stdout}${stderr}`, { cause: error });
  return stdout;
}

/** Runs npm without a shell: on Windows its command is a batch file, which spawn cannot start. */
const npm = (parameters: readonly string[], cwd = empty): string => {
  const cli = process.env.npm_execpath;
  return cli === undefined ? run("npm", parameters, cwd) : run(process.execPath, [cli, ...parameters], cwd);
};

/** Finds a version of Node.js: the current one, or one from the npm registry if it has one. */
function findNode(major: number): ((...parameters: string[]) => string) | undefined {
  if (process.versions.node.startsWith(`${major}.`)) return (...parameters) => run(process.execPath, parameters);
  const platform = process.platform === "win32" ? "win" : process.platform;
  const fromRegistry = ["exec", "--yes", `--package=node-${platform}-${process.arch}@${major}`, "--", "node"];
  const start = (...parameters: string[]): string => npm([...fromRegistry, ...parameters]);
  try {
    return start("--version").startsWith(`v${major}.`) ? start : undefined;
  } catch {
    return undefined;
  }
}

const installed = (name: string): string => join(empty, "node_modules", name);

const filesOf = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

beforeAll(() => {
  const unbuilt = published.filter(({ directory }) => !existsSync(join(directory, "dist")));
  if (unbuilt.length > 0) throw new Error(`run "npm run build" first: ${unbuilt.map(({ name }) => name)}`);

  const workspaces = published.map(({ manifest }) => `--workspace=${manifest.name}`);
  const packed: { filename: string }[] = JSON.parse(
    npm(["pack", "--json", "--pack-destination", empty, ...workspaces], root),
  );
  const requireFromRoot = createRequire(join(root, "package.json"));
  const beside = ["@microsoft/microsoft-graph-client", "redis", "@types/node"].map(
    (name) => `${name}@${readJson(requireFromRoot.resolve(`${name}/package.json`)).version}`,
  );
  writeFileSync(join(empty, "package.json"), JSON.stringify({ private: true, type: "module" }));
  npm([
    "install",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    ...packed.map(({ filename }) => `./${filename}`),
    ...beside,
  ]);
  cpSync(join(root, "scripts/packed"), empty, { recursive: true });
});

test("there are packages to publish", () => {
  expect(published).not.toEqual([]);
});

describe.each(published.map(({ manifest }) => manifest.name as string))("the tarball of %s", (name) => {
  test("contains no test and no fixture", () => {
    expect(filesOf(installed(name)).filter((file) => /\.test\.|__fixtures__|tsbuildinfo/.test(file))).toEqual([]);
  });

  test("contains no path of the build machine", () => {
    const files = filesOf(installed(name)).filter((file) => readFileSync(file, "utf8").includes(root));
    expect(files).toEqual([]);
  });
});

test("CommonJS has no import(), which fails in the contexts of test runners", () => {
  const scripts = published
    .flatMap(({ manifest }) => filesOf(installed(manifest.name)))
    .filter((file) => file.endsWith(".cjs"));
  expect(scripts).not.toEqual([]);
  expect(scripts.filter((file) => /\bimport\(/.test(readFileSync(file, "utf8")))).toEqual([]);
});

test("the command graph-dtmf-simulator runs", () => {
  expect(npm(["exec", "--offline", "--", "graph-dtmf-simulator", "--help"])).toMatch(/^Usage: graph-dtmf-simulator/);
});

describe.each(nodeMajors)("on Node.js %i", (major) => {
  const node = findNode(major);
  const missing = `Node.js ${major} is not available`;
  const skipped = node === undefined && process.env.REQUIRE_NODE_VERSIONS !== "1";
  if (skipped) console.warn(`SKIPPED: ${missing}; REQUIRE_NODE_VERSIONS=1 makes that a failure`);

  const start = (...parameters: string[]): string => {
    if (node === undefined) throw new Error(missing);
    return node(...parameters);
  };

  test.skipIf(skipped)("every entry point has the same exports in ESM and CommonJS", () => {
    const toImport: Record<string, string[]> = JSON.parse(start("load.mjs", ...entryPoints));
    const toRequire: Record<string, string[]> = JSON.parse(start("load.cjs", ...entryPoints));
    expect(toImport).toEqual(toRequire);
    expect(Object.keys(toImport)).toEqual(entryPoints);
    for (const [entry, names] of Object.entries(toImport)) expect(names, entry).not.toEqual([]);
  });

  test.skipIf(skipped)("a program in ESM uses the packages", () => {
    expect(start("consumer.mjs")).toContain("the outcome is as expected");
  });

  test.skipIf(skipped)("a program in CommonJS uses the packages", () => {
    expect(start("consumer.cjs")).toContain("the outcome is as expected");
  });
});

/** Installs a version of a tool from the npm registry outside of the consumer's folder, and runs its command there. */
const tool = (version: string, ...command: string[]): string =>
  npm(["exec", "--yes", `--package=${version}`, "--", ...command]);

test.each(["5.4", "5.5", "5.6", "5.9", "6.0", "7.0"])(
  "TypeScript %s accepts every entry point and a program, strict and without skipLibCheck, in ESM and in CommonJS",
  (version) => {
    const everyEntry = entryPoints.map((entry, index) => `export * as entry${index} from "${entry}";\n`).join("");
    for (const extension of ["mts", "cts"]) {
      writeFileSync(join(empty, `entries.${extension}`), everyEntry);
      copyFileSync(join(empty, "consumer.ts"), join(empty, `consumer.${extension}`));
    }
    const compilerOptions = {
      strict: true,
      skipLibCheck: false,
      module: "NodeNext",
      target: "ES2022",
      noEmit: true,
      types: ["node"],
    };
    writeFileSync(join(empty, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.mts", "*.cts"] }));
    expect(tool(`typescript@${version}`, "tsc", "-p", ".")).toBe("");
  },
);

test.each(["29", "30"])("Jest %s requires every entry point", (version) => {
  writeFileSync(join(empty, "entry-points.json"), JSON.stringify(entryPoints));
  const options = ["--ci", "--rootDir=.", "--testMatch=**/jest.test.cjs", "--modulePathIgnorePatterns=graph-dtmf-"];
  expect(() => tool(`jest@${version}`, "jest", ...options)).not.toThrow();
});
