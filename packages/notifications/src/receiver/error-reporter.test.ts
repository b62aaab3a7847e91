import { describe, expect, it, vi } from "vitest";
import { createLog, turn } from "../__fixtures__/ports.ts";
import type { Notification } from "../parsing/notification.ts";
import { createErrorReporter } from "./error-reporter.ts";
import { Refusal } from "./refusal.ts";

const notification: Notification = { kind: "unknown", callId: "c-1", raw: { secret: "4711" } };

describe("createErrorReporter", () => {
  it("hands errors on as they are, and logs names, codes and ids of them only", () => {
    const logger = createLog();
    const onError = vi.fn();
    const error = Object.assign(new Error("PIN 4711"), { code: "ESECRET", reason: "4711" });
    createErrorReporter({ logger, onError }).reportError(error, notification);
    expect(onError).toHaveBeenCalledExactlyOnceWith(error, notification);
    expect(logger.lines).toEqual([
      `error graph-dtmf: receiving notifications failed {"error":"Error","code":"ESECRET","kind":"unknown","callId":"c-1"}`,
    ]);
  });

  it("says on the console what nobody else is told, without texts that may hold anything", () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    createErrorReporter({}).reportError(new Error("PIN 4711"), notification);
    expect(JSON.stringify(error.mock.calls)).toContain("c-1");
    expect(JSON.stringify(error.mock.calls)).not.toContain("4711");
    createErrorReporter({ onError() {} }).reportError(new Error("told"));
    createErrorReporter({ logger: createLog() }).reportError(new Error("logged"));
    expect(error).toHaveBeenCalledOnce();
    error.mockRestore();
  });

  it("logs what is wrong with a token, and troubles onError with it no more than with its sender", () => {
    const logger = createLog();
    const onError = vi.fn();
    const cause = Object.assign(new Error(), { code: "unauthenticated_notification", reason: "expired" });
    createErrorReporter({ logger, onError }).reportRefusal(new Refusal("unauthenticated", { cause }));
    expect(logger.lines.join()).toMatch(/^warn .*"reason":"unauthenticated","status":401,.*"fault":"expired"/);
    expect(onError).not.toHaveBeenCalled();
  });

  it("outlives loggers and listeners that break", async () => {
    const broken = () => {
      throw new Error("broken");
    };
    let told = 0;
    // A mock would look after the rejection itself.
    const onError = async () => {
      told++;
      broken();
    };
    const reporter = createErrorReporter({
      logger: { debug: broken, info: broken, warn: broken, error: broken },
      onError,
    });
    reporter.logReceived?.({});
    reporter.reportRefusal(new Refusal("failed", { cause: new Error() }));
    reporter.reportError("no error at all");
    expect(told).toBe(2);
    await turn();
    createErrorReporter({ onError: broken }).reportError(new Error());
  });
});
