import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { report } from "./report.ts";
import { type Measurement, measureMs, median, runInterleaved } from "./rounds.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

function importCandidate(code: string) {
  return {
    name: code,
    round: () => measureMs(() => execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: here })),
  };
}

/** Measures the time that an import of the client takes, beyond the import of graph-client, which it depends on. */
export async function benchmarkImport(): Promise<void> {
  const [nothing, graphClient, ours] = await runInterleaved(
    [
      importCandidate(""),
      importCandidate('await import("@microsoft/microsoft-graph-client")'),
      importCandidate('await import("@graph-dtmf/client")'),
    ],
    15,
  );
  const difference = (one: Measurement | undefined, other: Measurement | undefined): number =>
    median(one?.rounds ?? []) - median(other?.rounds ?? []);
  report("Import time in milliseconds", [
    { name: "graph-client", ratio: difference(graphClient, nothing) },
    { name: "@graph-dtmf/client, without graph-client", ratio: difference(ours, graphClient), atMost: 12 },
  ]);
}
