#!/usr/bin/env node
import { readFileSync } from "node:fs";
import type { PhoneMenu } from "./calls/phone-menu.ts";
import { type CommandLine, HELP, readCommandLine, startMessage } from "./command-line.ts";
import type { SimulatorOptions } from "./server/simulator.ts";
import { startSimulator } from "./start-simulator.ts";

async function run(options: SimulatorOptions): Promise<void> {
  const simulator = await startSimulator({ ...options, log: (line) => console.log(line) });
  // Nothing else keeps the process alive. While it exits it no longer handles signals, and one Ctrl-C may arrive twice:
  // from the terminal, and from npx.
  const end = (): void => void simulator.close().then(() => process.exit());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, end);
  // The reader of the log has closed it, as `| head` does.
  process.stdout.on("error", end);
  process.stdout.write(startMessage(simulator));
}

function readFiles({ files, ...options }: CommandLine): SimulatorOptions {
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
    // The message of the JSON parser would show a part of the file, and menus contain PINs.
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
  const commandLine = readCommandLine(process.argv.slice(2));
  if (commandLine) run(readFiles(commandLine)).catch(fail);
  else process.stdout.write(HELP);
} catch (error) {
  fail(error);
}
