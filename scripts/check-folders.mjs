// A folder that imports from a folder above it, or a cycle of imports, means that neither part can be understood or
// changed without the other. A folder of many files cannot be searched by eye.
import { dirname, join, relative, resolve, sep } from "node:path";
import { folderLayers } from "./layers.mjs";
import { importsOf, isTestFile, sourceFiles } from "./source-files.mjs";

/** The most source files in one folder, without tests and without folders below it. */
const MAX_FILES = 25;

/**
 * The folders of a workspace's `src` that hold sources. `.` stands for `src` itself.
 *
 * @param {string} directory
 */
export const foldersOf = (directory) => [...filesByFolder(directory).keys()].sort();

/**
 * Every place in a workspace where folders have the wrong order or size, or imports form a cycle; one line each.
 *
 * @param {{ root: string, directory: string, kind: string, name: string }} workspace
 * @returns {string[]}
 */
export function folderViolations({ root, directory, kind, name }) {
  const byFolder = filesByFolder(directory);
  const order = folderLayers[`${kind}/${name}`] ?? ["."];
  const place = relative(root, directory);
  const files = [...byFolder.values()].flat();
  return [
    ...[...byFolder.keys()]
      .filter((folder) => !order.includes(folder))
      .map((folder) => `${place}: the folder ${folder} has no line in scripts/layers.mjs`),
    ...[...byFolder]
      .filter(([, { length }]) => length > MAX_FILES)
      .map(([folder, { length }]) => `${place}: the folder ${folder} has ${length} files, more than ${MAX_FILES}`),
    ...files.flatMap((file) => upwardImports(file, directory, order)).map((fault) => `${place}: ${fault}`),
    ...importCycles(files).map(
      (cycle) => `${place}: cycle ${cycle.map((file) => relative(directory, file)).join(" > ")}`,
    ),
  ];
}

/** @param {string} directory */
function filesByFolder(directory) {
  /** @type {Map<string, string[]>} */
  const byFolder = new Map();
  for (const file of sourceFiles(directory).filter((path) => !isTestFile(path))) {
    const folder = folderOf(file, directory);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), file]);
  }
  return byFolder;
}

/**
 * @param {string} file
 * @param {string} directory
 */
function folderOf(file, directory) {
  const parts = relative(join(directory, "src"), dirname(file))
    .split(sep)
    .filter((part) => part !== "..");
  return parts.join("/") || ".";
}

/**
 * @param {string} file
 * @param {string} directory
 * @param {string[]} order
 */
function upwardImports(file, directory, order) {
  const own = order.indexOf(folderOf(file, directory));
  return relativeImports(file)
    .filter((target) => order.indexOf(folderOf(target, directory)) > own)
    .map((target) => `${relative(directory, file)} imports ${relative(directory, target)} from a folder above it`);
}

/** @param {string} file */
const relativeImports = (file) =>
  importsOf(file)
    .filter((imported) => imported.startsWith("."))
    .map((imported) => resolve(dirname(file), imported));

/**
 * The first cycle that a depth-first search meets from each file, each cycle once.
 *
 * @param {string[]} files
 * @returns {string[][]}
 */
function importCycles(files) {
  const imports = new Map(files.map((file) => [file, relativeImports(file)]));
  const finished = new Set();
  /** @type {string[][]} */
  const cycles = [];
  /**
   * @param {string} file
   * @param {string[]} path
   */
  const visit = (file, path) => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file]);
    if (finished.has(file) || path.includes(file)) return;
    for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
    finished.add(file);
  };
  for (const file of files) visit(file, []);
  return cycles;
}
