// Several checks need the list of workspaces, and must agree on it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A package, an app, or the examples, with the content of its package.json.
 *
 * @typedef {{ kind: string, name: string, directory: string, manifest: any }} Workspace
 */

/**
 * The workspaces below `packages` and `apps` in alphabetical order, and the examples.
 *
 * @param {string} root
 * @returns {Workspace[]}
 */
export const readWorkspaces = (root) =>
  ["packages", "apps"]
    .filter((kind) => existsSync(join(root, kind)))
    .flatMap((kind) => readdirSync(join(root, kind)).map((name) => ({ kind, name, directory: join(root, kind, name) })))
    .concat({ kind: "", name: "examples", directory: join(root, "examples") })
    .filter(({ directory }) => existsSync(join(directory, "package.json")))
    .map((place) => ({ ...place, manifest: readJson(join(place.directory, "package.json")) }));

/**
 * The content of a JSON file.
 *
 * @param {string} file
 */
export const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));
