// `npm test` ends with one line that counts every test of the repository. A run that breaks before a test can fail must
// not look like a pass, so each such break counts as one failure.

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ status: string, assertionResults: { status: string }[] }} FileReport
 * @typedef {{ testResults: FileReport[] }} Report as vitest's JSON reporter writes it
 */

/**
 * Counts the tests of one report. A missing report is a failure.
 *
 * @param {Report | undefined} report
 * @returns {Counts}
 */
export const countReport = (report) =>
  report === undefined ? { passed: 0, failed: 1, skipped: 0 } : sumCounts(report.testResults.map(countFile));

/**
 * Counts the tests of one file. A file that failed without a failing test broke outside of its tests, while it was
 * loaded or in a hook.
 *
 * @param {FileReport} file
 * @returns {Counts}
 */
function countFile({ status, assertionResults }) {
  const passed = assertionResults.filter((test) => test.status === "passed").length;
  const failed = assertionResults.filter((test) => test.status === "failed").length;
  const skipped = assertionResults.length - passed - failed;
  return { passed, failed: status === "failed" ? Math.max(failed, 1) : failed, skipped };
}

/**
 * @param {Counts[]} counts
 * @returns {Counts}
 */
export const sumCounts = (counts) =>
  counts.reduce(
    (sum, next) => ({
      passed: sum.passed + next.passed,
      failed: sum.failed + next.failed,
      skipped: sum.skipped + next.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );

/**
 * The result of a whole run. Errors outside of every test appear in no report, only in the exit code. A run without
 * a test is a failure.
 *
 * @param {Counts} counts
 * @param {boolean} succeeded whether every task succeeded
 * @returns {Counts}
 */
export const judge = (counts, succeeded) =>
  counts.failed === 0 && (!succeeded || counts.passed === 0) ? { ...counts, failed: 1 } : counts;

/**
 * The last line of the output.
 *
 * @param {Counts} counts
 */
export const formatCounts = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;
