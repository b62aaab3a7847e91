import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { foldersOf } from "./check-folders.mjs";
import { folderLayers } from "./layers.mjs";
import { readWorkspaces } from "./workspaces.mjs";

// Readers trust a map. It must not lack a folder, or show one that does not exist.

const root = join(import.meta.dirname, "..");

/** The folders that ARCHITECTURE.md lists under the heading of a workspace, in their order. */
function listedFolders(workspace: string): string[] {
  const [, ...sections] = readFileSync(join(root, "ARCHITECTURE.md"), "utf8").split(/^### /m);
  const section = sections.find((text) => text.startsWith(`${workspace}\n`)) ?? "";
  return [...section.matchAll(/^- `([^`]+)` \S/gm)].map(([, folder = ""]) => folder);
}

const workspaces = readWorkspaces(root).map(({ kind, name, directory }): [string, string] => [
  kind === "" ? name : `${kind}/${name}`,
  directory,
]);

test.each(workspaces)("ARCHITECTURE.md lists the folders of %s from bottom to top", (workspace, directory) => {
  const order = folderLayers[workspace];
  expect(listedFolders(workspace)).toEqual(order ?? []);
  expect(foldersOf(directory)).toEqual([...(order ?? ["."])].sort());
});

test("ARCHITECTURE.md names only files that exist", () => {
  const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const files = [...text.matchAll(/`([\w./-]+\.m?ts)`/g)].map(([, file = ""]) => file);
  const folders = ["", ...workspaces.map(([workspace]) => `${workspace}/src`)];
  expect(files).not.toEqual([]);
  expect(files.filter((file) => !folders.some((folder) => existsSync(join(root, folder, file))))).toEqual([]);
});
