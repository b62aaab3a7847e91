import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import typescript from "typescript";

/**
 * The TypeScript files of a workspace. The examples have no `src`: their files are in the workspace itself.
 *
 * @param {string} directory
 */
export function sourceFiles(directory) {
  const folders = ["src", "__fixtures__"].map((name) => join(directory, name)).filter((folder) => existsSync(folder));
  const below = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  const beside = readdirSync(directory).map((file) => join(directory, file));
  return [...beside, ...below].filter((file) => /(?<!\.config)\.[cm]?tsx?$/.test(file));
}

/** @param {string} path */
export const isTestFile = (path) => /\.test\.[cm]?tsx?$|__fixtures__/.test(path);

/**
 * What a file imports or re-exports, types included.
 *
 * @param {string} path
 */
export const importsOf = (path) =>
  typescript.preProcessFile(readFileSync(path, "utf8"), true, true).importedFiles.map(({ fileName }) => fileName);
