// `npm test` ends with one line that counts every test of the repository. A run that broke before it could fail a
// test must not read as a pass, so each way to break counts as one failure here.

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ status: string, assertionResults: { status: string }[] }} FileReport
 * @typedef {{ testResults: FileReport[] }} Report as vitest's JSON reporter writes it
 */

/**
 * Counts what one report tells; a report that is missing is a failure.
 *
 * @param {Report | undefined} report
 * @returns {Counts}
 */
export const countReport = (report) =>
  report === undefined ? { passed: 0, failed: 1, skipped: 0 } : sumCounts(report.testResults.map(countFile));

/**
 * Counts the tests of one file. A file that failed without a failing test broke outside of its tests:
 * while it was loaded, or in a hook.
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
 * The verdict on a whole run. Errors outside of every test appear in no report, only in the exit code;
 * and a run without a test has proved nothing.
 *
 * @param {Counts} counts
 * @param {boolean} succeeded whether every task ended well
 * @returns {Counts}
 */
export const judge = (counts, succeeded) =>
  counts.failed === 0 && (!succeeded || counts.passed === 0) ? { ...counts, failed: 1 } : counts;

/**
 * The closing line.
 *
 * @param {Counts} counts
 */
export const formatCounts = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;
