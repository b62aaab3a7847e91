import { DtmfError, type Logger } from "@graph-dtmf/models";
import { expect, test, vi } from "vitest";
import { createReport } from "./report.ts";

const error = new DtmfError("not_sent", "a message may hold anything");
const about = { callId: "57dab8b1-894c-409a-b240-bd8beae78896" };

test("failures are never silent: with neither a listener nor a logger they go to the console, names and codes only", () => {
  const console = vi.spyOn(globalThis.console, "error").mockReturnValue();
  createReport({})(error, about);
  expect(console.mock.calls).toEqual([
    ["graph-dtmf: the bot failed", { error: "DtmfError", code: "not_sent", callId: about.callId }],
  ]);
  createReport({ onError() {} })(error);
  expect(console).toHaveBeenCalledTimes(1);
  console.mockRestore();
});

test("a listener is given all, a logger what holds no secrets", () => {
  const onError = vi.fn();
  const log = vi.fn();
  const logger: Logger = { debug() {}, info() {}, warn() {}, error: log };
  createReport({ onError, logger })(error, about);
  expect(onError).toHaveBeenCalledWith(error, about);
  expect(JSON.stringify(log.mock.calls)).not.toContain("anything");
});

test("what listeners throw or reject with ends no process", async () => {
  createReport({
    onError() {
      throw error;
    },
  })(error);
  createReport({ onError: () => Promise.reject(error) as never })(error);
  await new Promise((resolve) => setImmediate(resolve));
});

test("what is thrown may be anything", () => {
  const log = vi.fn();
  createReport({ logger: { debug() {}, info() {}, warn() {}, error: log } })(undefined);
  expect(log).toHaveBeenCalledTimes(1);
});
