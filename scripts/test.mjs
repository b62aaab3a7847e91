// Runs every test of the repository and ends with one line of counts. turbo alone tells how many tasks it ran, never how
// many tests, and a package whose tests were not found would look like one that passed.
//
// What follows `npm test --` goes to turbo, as in `npm test -- --filter=@graph-dtmf/client`; after another `--`, to vitest.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { countReport, formatCounts, judge, sumCounts } from "./test-counts.mjs";
import { plannedTasks, turbo } from "./turbo.mjs";
import { readJson, readWorkspaces } from "./workspaces.mjs";

const root = join(import.meta.dirname, "..");

/** Each task that runs tests, and the report that it leaves in its workspace. */
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
  // Only this run counts. turbo puts the reports of cached tasks back.
  for (const { directory } of [{ directory: root }, ...readWorkspaces(root)]) {
    rmSync(join(directory, "reports"), { recursive: true, force: true });
  }
  const forTurbo = given.includes("--") ? given.slice(0, given.indexOf("--")) : given;
  // The live tests of the root need every build, and turbo gives the root no other way to say so than to come last.
  const succeeded = [
    ["test", ...given],
    ["build", ...forTurbo],
    ["test:live", "test:root", ...given],
  ]
    // As many at once as there are processors: each runs tests side by side itself, and sockets have only so much patience.
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
