// turbo reports its use to its makers unless the environment forbids it, and turbo.json has no key for that.
// Every root script therefore starts it from here, without a shell, so that Windows needs nothing special.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { isProgram } from "./is-program.mjs";

const turboProgram = createRequire(import.meta.url).resolve("turbo/bin/turbo");

/**
 * Runs tasks, prints what they print, and gives turbo's exit code.
 *
 * @param {string[]} parameters names of tasks, options, and after `--` what the tasks themselves are to get
 */
export const turbo = (parameters) => runTurbo(["run", ...parameters], "inherit").status ?? 1;

/**
 * The tasks that turbo would run with these parameters. Nothing is run.
 *
 * @param {string[]} parameters
 * @returns {{ task: string, command: string, directory: string }[]}
 */
export function plannedTasks(parameters) {
  const { status, stdout, stderr } = runTurbo(["run", "--dry=json", ...parameters], "pipe");
  if (status !== 0) throw new Error(`turbo could not plan the run: ${stderr}`);
  return JSON.parse(String(stdout)).tasks;
}

/**
 * @param {string[]} parameters
 * @param {"inherit" | "pipe"} stdio
 */
const runTurbo = (parameters, stdio) =>
  spawnSync(process.execPath, [turboProgram, ...parameters], {
    stdio,
    cwd: join(import.meta.dirname, ".."),
    // turbo does not know the version of Node.js: tests that passed on one would be taken as passed on every other.
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", NODE_VERSION_IN_USE: process.version },
  });

if (isProgram(import.meta)) process.exitCode = turbo(process.argv.slice(2));
