// Runs every test of the repository and ends with one line of counts. turbo reports how many tasks it ran, but not how
// many tests: a package whose tests were not found would look like one that passed.
//
// Arguments after `npm test --` go to turbo, as in `npm test -- --filter=@graph-dtmf/client`; those after another `--`
// go to vitest.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { countReport, formatCounts, judge, sumCounts } from "./test-counts.mjs";
import { plannedTasks, turbo } from "./turbo.mjs";
import { readJson, readWorkspaces } from "./workspaces.mjs";

const root = join(import.meta.dirname, "..");

/** Each task that runs tests, and the report that it writes into its workspace. */
const reports = new Map([
  ["test", "reports/test.json"],
  ["test:root", "reports/test.json"],
  ["test:live", "reports/live.json"],
]);

/** @param {string[]} given */
function runTests(given) {
  const expected = plannedTasks([...reports.keys(), ...given])
    .filter(({ task, command }) => reports.has(task) && command !== "<NONEXISTENT>")
    .map(({ task, directory }) => join(root, directory, reports.get(task) ?? ""));
  // Old reports must not count. turbo restores the reports of cached tasks.
  for (const { directory } of [{ directory: root }, ...readWorkspaces(root)]) {
    rmSync(join(directory, "reports"), { recursive: true, force: true });
  }
  const forTurbo = given.includes("--") ? given.slice(0, given.indexOf("--")) : given;
  // The live tests of the root need every build. turbo cannot express that for the root, so they run last.
  const succeeded = [
    ["test", ...given],
    ["build", ...forTurbo],
    ["test:live", "test:root", ...given],
  ]
    // One task per processor: each runs its tests in parallel, and too many at once exceed the timeouts of sockets.
    .map((parameters) => turbo(["--continue=dependencies-successful", "--concurrency=100%", ...parameters]))
    .every((exitCode) => exitCode === 0);
  return judge(sumCounts(expected.map(readReport).map(countReport)), succeeded);
}

/** @param {string} file */
function readReport(file) {
  try {
    return readJson(file);
  } catch (cause) {
    console.error(`no report of this run: ${file} (${cause})`);
    return undefined;
  }
}

/** @param {string[]} given */
function runTestsOrFail(given) {
  try {
    return runTests(given);
  } catch (cause) {
    console.error(cause);
    return judge(sumCounts([]), false);
  }
}

const counts = runTestsOrFail(process.argv.slice(2));
if (counts.failed > 0) process.exitCode = 1;
console.log(formatCounts(counts));
