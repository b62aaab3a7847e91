/** Whoever reports a failure has nobody left to tell of its own: neither a throw nor a rejection may end the process. */
export function guarded(report: () => unknown): void {
  try {
    const reported = report();
    if (reported instanceof Promise) reported.catch(() => {});
  } catch {
    // As above.
  }
}
