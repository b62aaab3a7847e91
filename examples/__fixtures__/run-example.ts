import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { onTestFinished } from "vitest";
import manifest from "../package.json" with { type: "json" };

const root = join(import.meta.dirname, "..");
/** In the folder of the examples, so that the bundle resolves the same packages as an example. */
const folder = join(root, "node_modules/.cache/examples");

/** A running example. */
export interface RunningExample {
  /** Resolves with the first line of its output that matches `pattern`. */
  line(pattern: RegExp): Promise<string>;
  /** Returns its output so far. */
  printed(): string;
  /** Sends SIGTERM, as platforms do to stop a process. */
  stop(): void;
  /** Resolves with the exit code. */
  ended(): Promise<number | null>;
}

/**
 * Runs an example in a process of its own until the test ends.
 *
 * @param name Its file name, without the extension.
 */
export async function runExample(name: string, env: Readonly<Record<string, string>> = {}): Promise<RunningExample> {
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, `${name}.mjs`);
  const isWorkspacePackage = (dependency: string): boolean => dependency.startsWith("@graph-dtmf/");
  await build({
    entryPoints: [join(root, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@graph-dtmf/source"],
    external: [
      ...Object.keys(manifest.dependencies).filter((dependency) => !isWorkspacePackage(dependency)),
      "jose",
      "undici",
    ],
  });
  const child = spawn(process.execPath, ["--enable-source-maps", outfile], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => end(child));
  return {
    ...linesOf(child),
    stop: () => void child.kill("SIGTERM"),
    ended: async () => child.exitCode ?? ((await once(child, "exit"))[0] as number | null),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

function linesOf(child: ChildProcess): Pick<RunningExample, "line" | "printed"> {
  let printed = "";
  const listeners = new Set<() => void>();
  const onOutput = (chunk: Buffer): void => {
    printed += chunk;
    for (const check of listeners) check();
  };
  child.stdout?.on("data", onOutput);
  child.stderr?.on("data", onOutput);
  child.once("exit", () => {
    for (const check of listeners) check();
  });
  const line: RunningExample["line"] = (pattern) =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const found = printed
          .split("\n")
          .slice(0, -1)
          .find((line) => pattern.test(line));
        if (found !== undefined) resolve(found);
        else if (child.exitCode !== null)
          reject(new Error(`expected a line ${pattern}, the process ended with:\n${printed}`));
        else return;
        listeners.delete(check);
      };
      listeners.add(check);
      check();
    });
  return { line, printed: () => printed };
}
