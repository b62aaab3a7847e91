import { describe, expect, it, vi } from "vitest";
import { createLog, turn } from "../__fixtures__/ports.ts";
import type { Notification } from "../parsing/notification.ts";
import { createErrorReporter } from "./error-reporter.ts";
import { Refusal } from "./refusal.ts";

const notification: Notification = { kind: "unknown", callId: "c-1", raw: { secret: "4711" } };

describe("createErrorReporter", () => {
  it("passes errors unchanged to onError, and logs only their names, codes and ids", () => {
    const logger = createLog();
    const onError = vi.fn();
    const error = Object.assign(new Error("PIN 4711"), { code: "ESECRET", reason: "4711" });
    createErrorReporter({ logger, onError }).reportError(error, notification);
    expect(onError).toHaveBeenCalledExactlyOnceWith(error, notification);
    expect(logger.lines).toEqual([
      `error graph-dtmf: receiving notifications failed {"error":"Error","code":"ESECRET","kind":"unknown","callId":"c-1"}`,
    ]);
  });

  it("logs to the console without onError and logger, and omits messages", () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    createErrorReporter({}).reportError(new Error("PIN 4711"), notification);
    expect(JSON.stringify(error.mock.calls)).toContain("c-1");
    expect(JSON.stringify(error.mock.calls)).not.toContain("4711");
    createErrorReporter({ onError() {} }).reportError(new Error("reported"));
    createErrorReporter({ logger: createLog() }).reportError(new Error("logged"));
    expect(error).toHaveBeenCalledOnce();
    error.mockRestore();
  });

  it("logs the fault of a token, and does not report it to onError", () => {
    const logger = createLog();
    const onError = vi.fn();
    const cause = Object.assign(new Error(), { code: "unauthenticated_notification", reason: "expired" });
    createErrorReporter({ logger, onError }).reportRefusal(new Refusal("unauthenticated", { cause }));
    expect(logger.lines.join()).toMatch(/^warn .*"reason":"unauthenticated","status":401,.*"fault":"expired"/);
    expect(onError).not.toHaveBeenCalled();
  });

  it("survives loggers and listeners that throw", async () => {
    const broken = () => {
      throw new Error("broken");
    };
    let reported = 0;
    // A mock would handle the rejection itself.
    const onError = async () => {
      reported++;
      broken();
    };
    const reporter = createErrorReporter({
      logger: { debug: broken, info: broken, warn: broken, error: broken },
      onError,
    });
    reporter.logReceived?.({});
    reporter.reportRefusal(new Refusal("failed", { cause: new Error() }));
    reporter.reportError("no error at all");
    expect(reported).toBe(2);
    await turn();
    createErrorReporter({ onError: broken }).reportError(new Error());
  });
});
