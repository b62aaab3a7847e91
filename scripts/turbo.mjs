// turbo sends telemetry unless an environment variable forbids it, and turbo.json has no setting for that. So every
// root script starts turbo here. It uses no shell, so that it also works on Windows.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { isProgram } from "./is-program.mjs";

const turboProgram = createRequire(import.meta.url).resolve("turbo/bin/turbo");

/**
 * Runs tasks, prints their output, and returns turbo's exit code.
 *
 * @param {string[]} parameters names of tasks, options, and after `--` arguments for the tasks
 */
export const turbo = (parameters) => runTurbo(["run", ...parameters], "inherit").status ?? 1;

/**
 * The tasks that turbo would run with these parameters. Runs none of them.
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
    // turbo's cache does not depend on the version of Node.js by itself: results of one version would be reused for
    // another.
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", NODE_VERSION_IN_USE: process.version },
  });

if (isProgram(import.meta)) process.exitCode = turbo(process.argv.slice(2));
