/** One figure: what was measured, and the mark that it is to reach. */
export interface Figure {
  what: string;
  ratio: number;
  /** `atLeast` for speeds, `atMost` for costs. */
  atLeast?: number;
  atMost?: number;
}

/** Prints figures with their marks; a mark that was missed is shown, and fails nothing: machines differ. */
export function report(title: string, figures: readonly Figure[]): void {
  console.log(`\n${title}`);
  for (const { what, ratio, atLeast, atMost } of figures) {
    const mark = atLeast === undefined ? (atMost === undefined ? "" : `at most ${atMost}`) : `at least ${atLeast}`;
    const missed = (atLeast !== undefined && ratio < atLeast) || (atMost !== undefined && ratio > atMost);
    console.log(`  ${what.padEnd(66)} ${ratio.toFixed(2).padStart(8)}  ${mark}${missed ? "  <- missed" : ""}`);
  }
}
