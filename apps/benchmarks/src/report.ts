/** A measured ratio, and its target. */
export interface Figure {
  name: string;
  ratio: number;
  /** The target of a throughput. */
  atLeast?: number;
  /** The target of a cost. */
  atMost?: number;
}

/** Prints figures with their targets. A missed target is marked, but does not fail the run, because machines differ. */
export function report(title: string, figures: readonly Figure[]): void {
  console.log(`\n${title}`);
  for (const { name, ratio, atLeast, atMost } of figures) {
    const target = atLeast === undefined ? (atMost === undefined ? "" : `at most ${atMost}`) : `at least ${atLeast}`;
    const missed = (atLeast !== undefined && ratio < atLeast) || (atMost !== undefined && ratio > atMost);
    console.log(`  ${name.padEnd(66)} ${ratio.toFixed(2).padStart(8)}  ${target}${missed ? "  <- missed" : ""}`);
  }
}
