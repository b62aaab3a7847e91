import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { folderViolations } from "./check-folders.mjs";

/** The violations in a workspace `packages/client` with these files. */
function violationsIn(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), "folders-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const directory = join(root, "packages/client");
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return folderViolations({ root, directory, kind: "packages", name: "client" }).map((violation) =>
    violation.replaceAll("\\", "/"),
  );
}

test("accepts imports from the same folder and from folders below", () => {
  expect(
    violationsIn({
      "src/index.ts": 'import "./actions/send.ts";',
      "src/actions/send.ts": 'import "./body.ts";\nimport "../auth/token.ts";',
      "src/actions/body.ts": "",
      "src/auth/token.ts": 'import "node:http";\nimport "@graph-dtmf/models";',
    }),
  ).toEqual([]);
});

test("reports an import from a folder above, of types too", () => {
  expect(
    violationsIn({ "src/auth/token.ts": 'import type { A } from "../actions/a.ts";', "src/actions/a.ts": "" }),
  ).toEqual(["packages/client: src/auth/token.ts imports src/actions/a.ts from a folder above it"]);
});

test("reports a folder that imports from the files of src itself", () => {
  expect(violationsIn({ "src/auth/token.ts": 'import "../index.ts";', "src/index.ts": "" })).toEqual([
    "packages/client: src/auth/token.ts imports src/index.ts from a folder above it",
  ]);
});

test("reports a folder without a place in the order", () => {
  expect(violationsIn({ "src/helpers/a.ts": "" })).toEqual([
    "packages/client: the folder helpers has no line in scripts/layers.mjs",
  ]);
});

test("reports a folder with more than 25 source files, not counting tests", () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`src/auth/a${i}.ts`, ""]));
  expect(violationsIn({ ...many(25), "src/auth/a.test.ts": "" })).toEqual([]);
  expect(violationsIn(many(26))).toEqual(["packages/client: the folder auth has 26 files, more than 25"]);
});

test("reports a cycle of imports once, of types too", () => {
  expect(
    violationsIn({
      "src/auth/a.ts": 'import { b } from "./b.ts";',
      "src/auth/b.ts": 'import type { C } from "./c.ts";',
      "src/auth/c.ts": 'export type { A } from "./a.ts";',
      "src/auth/d.ts": 'import "./a.ts";',
    }),
  ).toEqual(["packages/client: cycle src/auth/a.ts > src/auth/b.ts > src/auth/c.ts > src/auth/a.ts"]);
});
