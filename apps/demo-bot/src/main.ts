import { jsonNarrator, storyNarrator } from "./narrator.ts";
import { parseOptions, USAGE } from "./options.ts";
import { tellStory } from "./story.ts";

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === "help") {
    process.stdout.write(USAGE);
  } else {
    const page = {
      write: (text: string) => process.stdout.write(text),
      colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
    };
    await tellStory(options, options.json ? jsonNarrator(page) : storyNarrator(page));
  }
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
