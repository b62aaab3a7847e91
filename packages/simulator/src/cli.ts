#!/usr/bin/env node
import { readFileSync } from "node:fs";
import type { PhoneMenu } from "./calls/phone-menu.ts";
import { type CommandLine, HELP, readCommandLine, welcome } from "./command-line.ts";
import type { SimulatorOptions } from "./simulator.ts";
import { startSimulator } from "./start-simulator.ts";

async function run(options: SimulatorOptions): Promise<void> {
  const simulator = await startSimulator({ ...options, log: (line) => console.log(line) });
  // Nothing would keep the process alive, but on its slow way out it no longer handles signals, and one Ctrl-C may
  // arrive twice: from the terminal, and passed on by npx.
  const end = (): void => void simulator.close().then(() => process.exit());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, end);
  // Nobody reads the log any more, as with `| head`.
  process.stdout.on("error", end);
  process.stdout.write(welcome(simulator));
}

function withFiles({ files, ...options }: CommandLine): SimulatorOptions {
  const { farEnd, tlsCert, tlsKey, callbackCa } = files;
  return {
    ...options,
    ...(farEnd && { farEnd: readMenu(farEnd) }),
    ...(tlsCert && tlsKey && { tls: { cert: read(tlsCert), key: read(tlsKey) } }),
    ...(callbackCa && { callbackCa: read(callbackCa) }),
  };
}

const read = (path: string): string => readFileSync(path, "utf8");

function readMenu(path: string): PhoneMenu {
  const text = read(path);
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words would show a piece of the file, and menus have PINs in them.
    throw new Error(`--far-end: ${path} is not JSON`);
  }
}

function fail(error: unknown): void {
  const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  const reason = error instanceof Error ? error.message : String(error);
  console.error(`graph-dtmf-simulator: ${isTaken ? "the port is in use; choose another with --port" : reason}`);
  process.exitCode = 1;
}

try {
  const asked = readCommandLine(process.argv.slice(2));
  if (asked) run(withFiles(asked)).catch(fail);
  else process.stdout.write(HELP);
} catch (error) {
  fail(error);
}
