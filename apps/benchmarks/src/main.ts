import { benchmarkIdle } from "./idle.ts";
import { benchmarkImport } from "./import.ts";
import { benchmarkParse } from "./parse.ts";
import { benchmarkReceive } from "./receive.ts";
import { benchmarkRedis } from "./redis.ts";
import { benchmarkSend } from "./send.ts";
import { benchmarkTracker } from "./tracker.ts";

const benchmarks: Record<string, () => Promise<void>> = {
  parse: benchmarkParse,
  receive: benchmarkReceive,
  send: benchmarkSend,
  tracker: benchmarkTracker,
  import: benchmarkImport,
  redis: benchmarkRedis,
  idle: benchmarkIdle,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  process.stderr.write(`benchmarks: expected ${Object.keys(benchmarks).join(", ")}, or none for all\n`);
  process.exitCode = 1;
} else {
  for (const name of asked.length > 0 ? asked : Object.keys(benchmarks)) await benchmarks[name]?.();
}
