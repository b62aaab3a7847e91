import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { report } from "./report.ts";
import { inTurns, type Measured, median, timed } from "./rounds.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

function importing(code: string) {
  return {
    name: code,
    round: () => timed(() => execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: here })),
  };
}

/** What it costs a program to start with our client, beyond graph-client, which it needs anyway. */
export async function benchmarkImport(): Promise<void> {
  const [nothing, graphClient, ours] = await inTurns(
    [
      importing(""),
      importing('await import("@microsoft/microsoft-graph-client")'),
      importing('await import("@graph-dtmf/client")'),
    ],
    15,
  );
  const above = (one: Measured | undefined, other: Measured | undefined): number =>
    median(one?.roundsMs ?? []) - median(other?.roundsMs ?? []);
  report("Milliseconds to import", [
    { what: "graph-client", ratio: above(graphClient, nothing) },
    { what: "@graph-dtmf/client, besides graph-client", ratio: above(ours, graphClient), atMost: 12 },
  ]);
}
