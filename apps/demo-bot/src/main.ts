import { fileURLToPath } from "node:url";
import { parseCommandLine, USAGE } from "./command-line.ts";
import { runScenario } from "./scenarios/run-scenario.ts";
import { describeScenarioEvent } from "./scenarios/scenario-event.ts";
import { describeInstancesEvent } from "./walkthrough/instances-event.ts";
import { runInstancesWalkthrough } from "./walkthrough/instances-walkthrough.ts";
import { createJsonPrinter, createTextPrinter } from "./walkthrough/printer.ts";
import { runWalkthrough } from "./walkthrough/walkthrough.ts";

// The program of `npm run demo`.

const write = (text: string): void => void process.stdout.write(text);

try {
  await run();
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const options = parseCommandLine(process.argv.slice(2));
  if (options === "help") return write(USAGE);
  const { scenario, json, instances: count, speed } = options;
  if (scenario) {
    await runScenario({ scenario, speed }, lines(json, describeScenarioEvent));
  } else if (count > 1) {
    const program = fileURLToPath(new URL("./instance.js", import.meta.url));
    const redisUrl = process.env.REDIS_URL || undefined;
    await runInstancesWalkthrough({ count, speed, redisUrl, program }, lines(json, describeInstancesEvent));
  } else {
    const output = { write, colour: process.stdout.isTTY === true && !process.env.NO_COLOR };
    await runWalkthrough(options, json ? createJsonPrinter(output) : createTextPrinter(output));
  }
}

/** Writes each event as a line: JSON, or the text that `describe` returns. */
function lines<Event>(json: boolean, describe: (event: Event) => string): (event: Event) => void {
  return (event) => write(`${json ? JSON.stringify(event) : describe(event)}\n`);
}
