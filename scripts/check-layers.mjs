// A dependency that points up works today and makes tomorrow's change impossible, and hoisting lets a package import
// what it never declared. Both are found here, not by whoever installs the tarball.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import typescript from "typescript";
import { isProgram } from "./is-program.mjs";
import { readJson, readWorkspaces } from "./workspaces.mjs";

const scope = "@graph-dtmf/";
const graphClient = "@microsoft/microsoft-graph-client";
const [models, client, notifications] = [`${scope}models`, `${scope}client`, `${scope}notifications`];

/**
 * What each package may need at run time, peers included. Apps and examples may need anything.
 *
 * @type {Record<string, string[]>}
 */
const layers = {
  models: [],
  client: [models, graphClient, "undici"],
  notifications: [models, "jose"],
  bot: [models, client, notifications, graphClient],
  redis: [models, "redis"],
  simulator: [models, "jose"],
};

/** These do no I/O, so they may not know Node.js at all. */
const pure = ["models"];

/** The simulator helps to test every package but those that it stands on: that would be a circle. */
const testedAlone = ["models", "simulator"];

/**
 * What else helps to test a package: a store is tried out under the tracker that it is for.
 *
 * @type {Record<string, string[]>}
 */
const testedWith = { redis: [notifications] };

/**
 * Every place of a repository where a dependency points the wrong way, one line each.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function layerViolations(root) {
  const workspaces = readWorkspaces(root);
  const doors = new Map(workspaces.map(({ manifest }) => [manifest.name, Object.keys(manifest.exports ?? {})]));
  const houseTools = Object.keys(readJson(join(root, "package.json")).devDependencies ?? {});

  return workspaces.flatMap(({ kind, name, directory, manifest }) => {
    const atRunTime = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    const inTests = Object.keys(manifest.devDependencies ?? {});
    const manifestFaults = kind === "packages" ? dependencyFaults(name, atRunTime, inTests) : [];
    const importFaults = sourcesOf(directory).flatMap((path) => {
      const isTest = /\.test\.[cm]?tsx?$|__fixtures__/.test(path);
      const listed = isTest ? [...atRunTime, ...inTests, ...houseTools] : atRunTime;
      const place = { path, directory, listed, doors, pure: pure.includes(name) && !isTest };
      return importsOf(path).flatMap((imported) =>
        importFaultsAt(place, imported).map((fault) => `${relative(root, path)}: ${imported} ${fault}`),
      );
    });
    return [...manifestFaults.map((fault) => `${join(kind, name, "package.json")}: ${fault}`), ...importFaults];
  });
}

/**
 * @param {string} name
 * @param {string[]} atRunTime
 * @param {string[]} inTests
 */
function dependencyFaults(name, atRunTime, inTests) {
  const allowed = layers[name];
  if (allowed === undefined) return ["the table in scripts/check-layers.mjs has no line for it"];
  const allowedInTests = testedAlone.includes(name)
    ? allowed
    : [...allowed, `${scope}simulator`, ...(testedWith[name] ?? [])];
  return [
    ...atRunTime.filter((dependency) => !allowed.includes(dependency)),
    ...inTests.filter((dependency) => dependency.startsWith(scope) && !allowedInTests.includes(dependency)),
  ].map((dependency) => `may not depend on ${dependency}`);
}

/**
 * The examples lie open, without a `src` around them.
 *
 * @param {string} directory
 */
function sourcesOf(directory) {
  const folders = ["src", "__fixtures__"].map((name) => join(directory, name)).filter((folder) => existsSync(folder));
  const below = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  const beside = readdirSync(directory).map((file) => join(directory, file));
  return [...beside, ...below].filter((file) => /(?<!\.config)\.[cm]?tsx?$/.test(file));
}

/** @param {string} path */
const importsOf = (path) =>
  typescript.preProcessFile(readFileSync(path, "utf8"), true, true).importedFiles.map(({ fileName }) => fileName);

/**
 * @param {{ path: string, directory: string, listed: string[], doors: Map<string, string[]>, pure: boolean }} place
 * @param {string} imported
 */
function importFaultsAt({ path, directory, listed, doors, pure }, imported) {
  if (imported.startsWith(".")) {
    return resolve(dirname(path), imported).startsWith(directory + sep) ? [] : ["leaves its package"];
  }
  if (isBuiltin(imported)) return pure ? ["means I/O, and this package does none"] : [];
  const dependency = imported.split("/", imported.startsWith("@") ? 2 : 1).join("/");
  if (!listed.includes(dependency)) return ["is not listed in its package.json"];
  const door = `.${imported.slice(dependency.length)}`;
  return doors.get(dependency)?.includes(door) === false ? [`is no door of ${dependency}`] : [];
}

if (isProgram(import.meta)) {
  const violations = layerViolations(process.cwd());
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) process.exitCode = 1;
}
