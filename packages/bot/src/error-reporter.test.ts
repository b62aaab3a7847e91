import { DtmfError, type Logger } from "@graph-dtmf/models";
import { expect, test, vi } from "vitest";
import { createErrorReporter } from "./error-reporter.ts";

const error = new DtmfError("not_sent", "a message may contain anything");
const about = { callId: "57dab8b1-894c-409a-b240-bd8beae78896" };

test("failures are never silent: without a listener and a logger they go to the console, with names and codes only", () => {
  const console = vi.spyOn(globalThis.console, "error").mockReturnValue();
  createErrorReporter({})(error, about);
  expect(console.mock.calls).toEqual([
    ["graph-dtmf: the bot failed", { error: "DtmfError", code: "not_sent", callId: about.callId }],
  ]);
  createErrorReporter({ onError() {} })(error);
  expect(console).toHaveBeenCalledTimes(1);
  console.mockRestore();
});

test("a listener gets the error, a logger only fields without secrets", () => {
  const onError = vi.fn();
  const log = vi.fn();
  const logger: Logger = { debug() {}, info() {}, warn() {}, error: log };
  createErrorReporter({ onError, logger })(error, about);
  expect(onError).toHaveBeenCalledWith(error, about);
  expect(JSON.stringify(log.mock.calls)).not.toContain("anything");
});

test("errors thrown by listeners do not end the process", async () => {
  createErrorReporter({
    onError() {
      throw error;
    },
  })(error);
  createErrorReporter({ onError: () => Promise.reject(error) as never })(error);
  await new Promise((resolve) => setImmediate(resolve));
});

test("reports any thrown value", () => {
  const log = vi.fn();
  createErrorReporter({ logger: { debug() {}, info() {}, warn() {}, error: log } })(undefined);
  expect(log).toHaveBeenCalledTimes(1);
});
