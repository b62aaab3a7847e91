import { expect, test } from "vitest";
import { countReport, formatCounts, judge, sumCounts } from "./test-counts.mjs";

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((testStatus) => ({ status: testStatus })),
});

test("counts passed, failed, and for any reason skipped tests", () => {
  const report = { testResults: [file("passed", "passed", "skipped"), file("failed", "failed", "pending", "todo")] };
  expect(countReport(report)).toEqual({ passed: 1, failed: 1, skipped: 3 });
});

test("counts a file that could not be loaded as a failure", () => {
  expect(countReport({ testResults: [file("failed")] })).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test("counts a failed hook as one failure", () => {
  const report = { testResults: [file("failed", "passed", "skipped"), file("failed", "failed")] };
  expect(countReport(report)).toEqual({ passed: 1, failed: 2, skipped: 1 });
});

test("counts a missing report as a failure", () => {
  expect(countReport(undefined)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test("fails a run with an error outside of its tests", () => {
  expect(judge({ passed: 3, failed: 0, skipped: 0 }, false)).toEqual({ passed: 3, failed: 1, skipped: 0 });
});

test("counts nothing twice when tests failed", () => {
  expect(judge({ passed: 3, failed: 2, skipped: 0 }, false)).toEqual({ passed: 3, failed: 2, skipped: 0 });
});

test.each([0, 5])("fails a run with only %i skipped tests", (skipped) => {
  expect(judge({ passed: 0, failed: 0, skipped }, true)).toEqual({ passed: 0, failed: 1, skipped });
});

test("sums counts and formats one line", () => {
  const one = { passed: 1, failed: 2, skipped: 3 };
  expect(formatCounts(sumCounts([one, one]))).toBe("2 passed, 4 failed, 6 skipped");
});
