import { benchmarkIdleConnections } from "./idle-connections-benchmark.ts";
import { benchmarkImport } from "./import-benchmark.ts";
import { benchmarkParse } from "./parse-benchmark.ts";
import { benchmarkReceive } from "./receive-benchmark.ts";
import { benchmarkRedis } from "./redis-benchmark.ts";
import { benchmarkSend } from "./send-benchmark.ts";
import { benchmarkTracker } from "./tracker-benchmark.ts";

// The program of `npm run bench`: runs the named benchmarks, or all.

const benchmarks: Record<string, () => Promise<void>> = {
  parse: benchmarkParse,
  receive: benchmarkReceive,
  send: benchmarkSend,
  tracker: benchmarkTracker,
  import: benchmarkImport,
  redis: benchmarkRedis,
  idle: benchmarkIdleConnections,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  process.stderr.write(`benchmarks: expected ${Object.keys(benchmarks).join(", ")}, or no name for all of them\n`);
  process.exitCode = 1;
} else {
  for (const name of names.length > 0 ? names : Object.keys(benchmarks)) await benchmarks[name]?.();
}
