import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** A repository of one package whose tests are the given program. */
function repositoryTestedBy(program: string): string {
  const directory = mkdtempSync(join(tmpdir(), "npm-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const files = {
    "package.json": { packageManager: "npm@11.19.1", workspaces: ["packages/*"] },
    "turbo.json": {
      tasks: {
        test: { inputs: ["test.cjs"], outputs: ["reports/**"] },
        build: {},
        "test:live": {},
        "//#test:root": {},
      },
    },
    "package-lock.json": { lockfileVersion: 3, packages: {} },
    "packages/a/package.json": { name: "a", scripts: { test: "node test.cjs" } },
    "packages/a/test.cjs": program,
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  cpSync(join(root, "scripts"), join(directory, "scripts"), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"), "junction");
  return directory;
}

/** The report that vitest writes for tests with these results. */
const reportOf = (...states: string[]): string =>
  JSON.stringify({ testResults: [{ status: "passed", assertionResults: states.map((status) => ({ status })) }] });

/** A program that writes such a report. */
const testsThat = (...states: string[]): string =>
  `const fs = require("node:fs");
  fs.mkdirSync("reports");
  fs.writeFileSync("reports/test.json", '${reportOf(...states)}');`;

/** Runs every test of a repository. Returns the exit code, the last line, and the whole output. */
function runTests(directory: string) {
  const { status, stdout } = spawnSync(process.execPath, ["scripts/test.mjs"], { cwd: directory, encoding: "utf8" });
  return { status, lastLine: stdout.trimEnd().split("\n").at(-1), stdout };
}

test("ends with the counts, also of tasks in turbo's cache", () => {
  const directory = repositoryTestedBy(testsThat("passed", "passed", "skipped"));
  const first = runTests(directory);
  expect(first).toMatchObject({ status: 0, lastLine: "2 passed, 0 failed, 1 skipped" });
  expect(first.stdout).not.toContain("FULL TURBO");
  const second = runTests(directory);
  expect(second).toMatchObject({ status: 0, lastLine: "2 passed, 0 failed, 1 skipped" });
  expect(second.stdout).toContain("FULL TURBO");
});

test("fails when the tests passed and their program failed", () => {
  const directory = repositoryTestedBy(`${testsThat("passed")} process.exit(1);`);
  expect(runTests(directory)).toMatchObject({ status: 1, lastLine: "1 passed, 1 failed, 0 skipped" });
});

test("ignores the report of an earlier run", () => {
  const directory = repositoryTestedBy("");
  mkdirSync(join(directory, "packages/a/reports"));
  writeFileSync(join(directory, "packages/a/reports/test.json"), reportOf("passed"));
  expect(runTests(directory)).toMatchObject({ status: 1, lastLine: "0 passed, 1 failed, 0 skipped" });
});

test("fails when no test was found", () => {
  const directory = repositoryTestedBy(testsThat());
  expect(runTests(directory)).toMatchObject({ status: 1, lastLine: "0 passed, 1 failed, 0 skipped" });
});
