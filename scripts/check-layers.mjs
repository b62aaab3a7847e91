// A dependency that points up works today and makes tomorrow's change impossible, and hoisting lets a package import
// what it never declared. This check finds both before a user installs the tarball.
import { isBuiltin } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { folderViolations } from "./check-folders.mjs";
import { isProgram } from "./is-program.mjs";
import { packageLayers } from "./layers.mjs";
import { importsOf, isTestFile, sourceFiles } from "./source-files.mjs";
import { readJson, readWorkspaces } from "./workspaces.mjs";

const scope = "@graph-dtmf/";

/** These packages do no I/O, so they import no module of Node.js. */
const pure = ["models"];

/** Packages whose tests cannot use the simulator: it depends on them. */
const testedWithoutSimulator = ["models", "simulator"];

/**
 * Further packages that tests may use: a store is tested with the tracker that calls it.
 *
 * @type {Record<string, string[]>}
 */
const testedWith = { redis: [`${scope}notifications`] };

/**
 * Every place in a repository where a dependency points the wrong way, one line each.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function layerViolations(root) {
  const workspaces = readWorkspaces(root);
  const entries = new Map(workspaces.map(({ manifest }) => [manifest.name, Object.keys(manifest.exports ?? {})]));
  const rootTools = Object.keys(readJson(join(root, "package.json")).devDependencies ?? {});

  return workspaces.flatMap((workspace) => {
    const { kind, name, directory, manifest } = workspace;
    const atRunTime = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    const inTests = Object.keys(manifest.devDependencies ?? {});
    const manifestFaults = kind === "packages" ? dependencyFaults(name, atRunTime, inTests) : [];
    const importFaults = sourceFiles(directory).flatMap((path) => {
      const isTest = isTestFile(path);
      const listed = isTest ? [...atRunTime, ...inTests, ...rootTools] : atRunTime;
      const place = { path, directory, listed, entries, pure: pure.includes(name) && !isTest };
      return importsOf(path).flatMap((imported) =>
        importFaultsAt(place, imported).map((fault) => `${relative(root, path)}: ${imported} ${fault}`),
      );
    });
    return [
      ...manifestFaults.map((fault) => `${join(kind, name, "package.json")}: ${fault}`),
      ...importFaults,
      ...folderViolations({ ...workspace, root }),
    ];
  });
}

/**
 * @param {string} name
 * @param {string[]} atRunTime
 * @param {string[]} inTests
 */
function dependencyFaults(name, atRunTime, inTests) {
  const allowed = packageLayers[name];
  if (allowed === undefined) return ["it has no line in scripts/layers.mjs"];
  const allowedInTests = testedWithoutSimulator.includes(name)
    ? allowed
    : [...allowed, `${scope}simulator`, ...(testedWith[name] ?? [])];
  return [
    ...atRunTime.filter((dependency) => !allowed.includes(dependency)),
    ...inTests.filter((dependency) => dependency.startsWith(scope) && !allowedInTests.includes(dependency)),
  ].map((dependency) => `may not depend on ${dependency}`);
}

/**
 * @param {{ path: string, directory: string, listed: string[], entries: Map<string, string[]>, pure: boolean }} place
 * @param {string} imported
 */
function importFaultsAt({ path, directory, listed, entries, pure }, imported) {
  if (imported.startsWith(".")) {
    return resolve(dirname(path), imported).startsWith(directory + sep) ? [] : ["leaves its package"];
  }
  if (isBuiltin(imported)) return pure ? ["does I/O, and this package does none"] : [];
  const dependency = imported.split("/", imported.startsWith("@") ? 2 : 1).join("/");
  if (!listed.includes(dependency)) return ["is not listed in its package.json"];
  const entry = `.${imported.slice(dependency.length)}`;
  return entries.get(dependency)?.includes(entry) === false ? [`is not exported by ${dependency}`] : [];
}

if (isProgram(import.meta)) {
  const violations = layerViolations(process.cwd());
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) process.exitCode = 1;
}
