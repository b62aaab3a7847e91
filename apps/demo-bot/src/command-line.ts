import { parseArgs } from "node:util";
import { parseTones, type Tone } from "@graph-dtmf/models";
import { INT32_MAX } from "@graph-dtmf/models/internal";
import { SCENARIO_NAMES, type ScenarioName } from "./scenarios/scenario-event.ts";

/** The options of `npm run demo`. */
export interface DemoOptions {
  tones: readonly Tone[];
  /** Milliseconds between two tones. */
  delayBetweenTonesMs: number;
  /** The speed of the simulator. 1 is real time. */
  speed: number;
  /** Whether each event is printed as one line of JSON. */
  json: boolean;
  /** The scenario that runs instead of the walkthrough. */
  scenario?: ScenarioName;
  /** The number of bot instances. With more than one, the walkthrough with several instances runs. */
  instances: number;
}

/** The example of Graph's documentation: all twelve keys, with one second between two tones. */
const DEFAULTS = { tones: "1234567890*#", delay: "1000", speed: "20" };

export const USAGE: string = `npm run demo -- [--tones "${DEFAULTS.tones}"] [--delay ${DEFAULTS.delay}] [--speed ${DEFAULTS.speed}] [--json]
npm run demo -- --scenario ${SCENARIO_NAMES.join("|")} [--speed ${DEFAULTS.speed}] [--json]
npm run demo -- --instances 3 [--speed ${DEFAULTS.speed}] [--json]

  --tones      the tones to send: 0-9 * # A-D and ! (flash)
  --delay      milliseconds between two tones
  --speed      the speed of the simulator; 1 is real time
  --json       prints one JSON object per line instead of text
  --scenario   runs a dialogue: enter a conference PIN, collect the PIN of a caller, or navigate a phone menu
  --instances  runs several bot instances with a shared Redis: REDIS_URL, or a redis-server on the PATH
`;

/**
 * Parses the arguments of `npm run demo`.
 *
 * @throws Error that says what was expected. It contains no tones, because they may be a PIN.
 */
export function parseCommandLine(args: readonly string[]): DemoOptions | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tones: { type: "string", default: DEFAULTS.tones },
      delay: { type: "string", default: DEFAULTS.delay },
      speed: { type: "string", default: DEFAULTS.speed },
      json: { type: "boolean", default: false },
      scenario: { type: "string" },
      instances: { type: "string", default: "1" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const scenario = SCENARIO_NAMES.find((name) => name === values.scenario);
  if (values.scenario !== undefined && !scenario) throw new Error(`--scenario: expected ${SCENARIO_NAMES.join(", ")}`);
  const tones = parseTones(values.tones);
  if (tones.length === 0) throw new Error("--tones: expected at least one key");
  return {
    tones,
    delayBetweenTonesMs: parseNumber("--delay", values.delay, { min: 0, max: INT32_MAX, integer: true }),
    speed: parseNumber("--speed", values.speed, { min: 0.1, max: 1000, integer: false }),
    json: values.json,
    ...(scenario && { scenario }),
    instances: parseNumber("--instances", values.instances, { min: 1, max: 9, integer: true }),
  };
}

function parseNumber(
  name: string,
  text: string,
  { min, max, integer }: { min: number; max: number; integer: boolean },
): number {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max && (!integer || Number.isInteger(number))) return number;
  throw new Error(`${name}: expected ${integer ? "a whole number" : "a number"} from ${min} to ${max}`);
}
