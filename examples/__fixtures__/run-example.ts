import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { onTestFinished } from "vitest";
import manifest from "../package.json" with { type: "json" };

const root = join(import.meta.dirname, "..");
/** In the folder of the examples, so that its imports resolve as in an example. */
const folder = join(root, "node_modules/.cache/examples");

/** A running example. */
export interface RunningExample {
  /** Resolves with the first line of its output that matches `pattern`. */
  line(pattern: RegExp): Promise<string>;
  /** Its output so far. */
  printed(): string;
  /** Sends the signal with which platforms stop a process. */
  stop(): void;
  /** Resolves with the exit code once it has ended. */
  ended(): Promise<number | null>;
}

/**
 * Runs an example as a process of its own until the test ends.
 *
 * @param name Its file, without the extension.
 */
export async function runExample(name: string, env: Readonly<Record<string, string>> = {}): Promise<RunningExample> {
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, `${name}.mjs`);
  const isOurs = (dependency: string): boolean => dependency.startsWith("@graph-dtmf/");
  await build({
    entryPoints: [join(root, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@graph-dtmf/source"],
    external: [...Object.keys(manifest.dependencies).filter((dependency) => !isOurs(dependency)), "jose", "undici"],
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
  const look = new Set<() => void>();
  const hear = (chunk: Buffer): void => {
    printed += chunk;
    for (const one of look) one();
  };
  child.stdout?.on("data", hear);
  child.stderr?.on("data", hear);
  child.once("exit", () => {
    for (const one of look) one();
  });
  const line: RunningExample["line"] = (pattern) =>
    new Promise((resolve, reject) => {
      const find = (): void => {
        const found = printed
          .split("\n")
          .slice(0, -1)
          .find((line) => pattern.test(line));
        if (found !== undefined) resolve(found);
        else if (child.exitCode !== null)
          reject(new Error(`it ended without a line ${pattern}, but with:\n${printed}`));
        else return;
        look.delete(find);
      };
      look.add(find);
      find();
    });
  return { line, printed: () => printed };
}
