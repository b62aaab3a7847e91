import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readWorkspaces } from "./workspaces.mjs";

// A map that lacks a street, or shows one that is gone, is believed all the same.

const root = join(import.meta.dirname, "..");

/** The files that each section of the map names. */
function mapped(): Map<string, string[]> {
  const [, ...sections] = readFileSync(join(root, "ARCHITECTURE.md"), "utf8").split(/^### /m);
  return new Map(
    sections.map((section) => [
      section.slice(0, section.indexOf("\n")),
      [...section.matchAll(/^- `([^`]+)` \S/gm)].map(([, file = ""]) => file).sort(),
    ]),
  );
}

const sources = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => /\.m?tsx?$/.test(file) && !/\.test\.|__fixtures__|node_modules|\.config\./.test(file))
    .filter((file) => file !== "index.ts")
    .sort();

const places = readWorkspaces(root).map(({ kind, name, directory }): [string, string] =>
  kind === "" ? [name, directory] : [`${kind}/${name}`, join(directory, "src")],
);

test.each(places)("ARCHITECTURE.md has a line for every source file of %s, and for no other", (place, folder) => {
  expect(mapped().get(place)).toEqual(sources(folder));
});
