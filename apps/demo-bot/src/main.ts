import { fileURLToPath } from "node:url";
import { parseOptions, USAGE } from "./command-line.ts";
import { tellScenario } from "./scenarios/run-scenario.ts";
import { describeScenarioStep, type ScenarioEvent } from "./scenarios/scenario-event.ts";
import { describeStep, type InstancesEvent, tellOfInstances } from "./walkthrough/instances-walkthrough.ts";
import { jsonNarrator, storyNarrator } from "./walkthrough/printer.ts";
import { tellStory } from "./walkthrough/walkthrough.ts";

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === "help") {
    process.stdout.write(USAGE);
  } else {
    const page = {
      write: (text: string) => process.stdout.write(text),
      colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
    };
    const { scenario, json, instances: count, speed } = options;
    if (scenario) {
      const tell = (event: ScenarioEvent): void => {
        page.write(`${json ? JSON.stringify(event) : describeScenarioStep(event)}\n`);
      };
      await tellScenario({ ...options, scenario }, tell);
    } else if (count > 1) {
      const tell = (event: InstancesEvent): void => {
        page.write(`${json ? JSON.stringify(event) : describeStep(event)}\n`);
      };
      const program = fileURLToPath(new URL("./instance.js", import.meta.url));
      await tellOfInstances({ count, speed, redisUrl: process.env.REDIS_URL || undefined, program }, tell);
    } else await tellStory(options, json ? jsonNarrator(page) : storyNarrator(page));
  }
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
