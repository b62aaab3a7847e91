import { parseArgs } from "node:util";
import { parseTones, type Tone } from "@graph-dtmf/models";
import { SCENARIOS, type ScenarioName } from "./scenarios/scenario-event.ts";

/** What the demo was asked to show. */
export interface DemoOptions {
  tones: readonly Tone[];
  /** Milliseconds between two tones. */
  delayBetweenTonesMs: number;
  /** How many times faster than a telephone the simulator plays. */
  speed: number;
  /** One JSON object a line, for programs. */
  json: boolean;
  /** A conversation to show instead of the exchange. */
  scenario?: ScenarioName;
  /** How many instances share the work. One tells another story than several. */
  instances: number;
}

/** The documentation's own example: the twelve keys, a second apart. */
const DOCUMENTED = { keys: "1234567890*#", delay: "1000", speed: "20" };

export const USAGE: string = `npm run demo -- [--tones "${DOCUMENTED.keys}"] [--delay ${DOCUMENTED.delay}] [--speed ${DOCUMENTED.speed}] [--json]
npm run demo -- --scenario ${SCENARIOS.join("|")} [--speed ${DOCUMENTED.speed}] [--json]
npm run demo -- --instances 3 [--speed ${DOCUMENTED.speed}] [--json]

  --tones   keys to press: 0-9 * # A-D and ! (flash)
  --delay   milliseconds between two tones
  --speed   how many times faster than a telephone the simulator plays; 1 is real time
  --json    one JSON object a line instead of a story
  --scenario  a conversation: enter a conference PIN, take a caller's PIN, or walk through a phone menu
  --instances  how many instances of the bot share the work, over a Redis: REDIS_URL, or a redis-server on the PATH
`;

/**
 * Reads the command line.
 *
 * @throws Error saying what was expected. It repeats no keys: they may be a PIN.
 */
export function parseOptions(args: readonly string[]): DemoOptions | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tones: { type: "string", default: DOCUMENTED.keys },
      delay: { type: "string", default: DOCUMENTED.delay },
      speed: { type: "string", default: DOCUMENTED.speed },
      json: { type: "boolean", default: false },
      scenario: { type: "string" },
      instances: { type: "string", default: "1" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const scenario = SCENARIOS.find((one) => one === values.scenario);
  if (values.scenario !== undefined && !scenario) throw new Error(`--scenario: expected ${SCENARIOS.join(", ")}`);
  const tones = parseTones(values.tones);
  if (tones.length === 0) throw new Error("--tones: expected at least one key");
  return {
    tones,
    delayBetweenTonesMs: numberOf("--delay", values.delay, { from: 0, to: 2 ** 31 - 1, whole: true }),
    speed: numberOf("--speed", values.speed, { from: 0.1, to: 1000, whole: false }),
    json: values.json,
    ...(scenario && { scenario }),
    instances: numberOf("--instances", values.instances, { from: 1, to: 9, whole: true }),
  };
}

function numberOf(
  name: string,
  text: string,
  { from, to, whole }: { from: number; to: number; whole: boolean },
): number {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (number >= from && number <= to && (!whole || Number.isInteger(number))) return number;
  throw new Error(`${name}: expected ${whole ? "a whole number" : "a number"} from ${from} to ${to}`);
}
