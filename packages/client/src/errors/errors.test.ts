import { inspect } from "node:util";
import { DtmfError, type OperationOutcome } from "@graph-dtmf/models";
import { describe, expect, expectTypeOf, it } from "vitest";
import { createNoWatcherError, DeliveryUnknownError, GraphRequestError, NotSentError } from "./errors.ts";

const ID = "174faca9-a730-540a-881b-5121b8049f1d";

const errorWithCode = (code: unknown): Error => Object.assign(new Error("connect to 10.0.0.7"), { code });

describe("GraphRequestError", () => {
  it("has the details of Graph's error", () => {
    const error = new GraphRequestError({
      status: 429,
      message: "Graph refused the request (429)",
      graphCode: "TooManyRequests",
      graphCodes: ["UnknownError", "TooManyRequests"],
      requestId: ID,
      clientRequestId: ID,
      retryAfterMs: 2_128,
      retryable: true,
    });
    expect(error).toBeInstanceOf(DtmfError);
    expect({ ...error, message: error.message, name: error.name }).toEqual({
      explanation: { reason: expect.stringContaining("too many requests"), advice: expect.any(String) },
      name: "GraphRequestError",
      code: "graph_request_failed",
      message: "Graph refused the request (429)",
      status: 429,
      graphCode: "TooManyRequests",
      graphCodes: ["UnknownError", "TooManyRequests"],
      requestId: ID,
      clientRequestId: ID,
      retryAfterMs: 2_128,
      retryable: true,
    });
  });

  it("has no member for absent details", () => {
    const error = new GraphRequestError({ status: 404, message: "No", graphCodes: [], retryable: false });
    expect(Object.keys(error).sort()).toEqual(["code", "explanation", "graphCodes", "name", "retryable", "status"]);
  });
});

describe("NotSentError", () => {
  it("is retryable, and has a reason and its cause", () => {
    const cause = errorWithCode("ECONNREFUSED");
    const error = new NotSentError(cause);
    expect(error).toBeInstanceOf(DtmfError);
    expect(error).toMatchObject({ name: "NotSentError", code: "not_sent", retryable: true });
    expect(error.message).toBe("could not connect to Graph: ECONNREFUSED");
    expect(error.cause).toBe(cause);
  });

  it.each([
    ["an error without a code", new TypeError("secret"), "TypeError"],
    ["an error with a number as code", errorWithCode(7), "Error"],
    ["a string", "secret", "no response"],
    ["null", null, "no response"],
    ["undefined", undefined, "no response"],
    ["an object", { message: "secret" }, "no response"],
  ])("never contains the message of its cause: %s", (_, cause, why) => {
    expect(new NotSentError(cause).message).toBe(`could not connect to Graph: ${why}`);
  });
});

describe("DeliveryUnknownError", () => {
  it("names the call, the operation and the reason", () => {
    const cause = errorWithCode("ECONNRESET");
    const error = new DeliveryUnknownError({ callId: "call", clientContext: "context", clientRequestId: ID, cause });
    expect(error).toBeInstanceOf(DtmfError);
    expect({ ...error, message: error.message, cause: error.cause }).toEqual({
      name: "DeliveryUnknownError",
      code: "delivery_unknown",
      message: "Graph may have executed the request, or not (ECONNRESET): it is not sent again",
      callId: "call",
      clientContext: "context",
      clientRequestId: ID,
      graphCodes: [],
      explanation: { reason: expect.any(String), advice: expect.stringContaining("Do not send it again") },
      cause,
    });
  });

  it("has the status if there was a response", () => {
    const error = new DeliveryUnknownError({ clientRequestId: ID, status: 504 });
    expect(error).toMatchObject({ status: 504, message: expect.stringContaining("(status 504)") });
    expect(Object.keys(error).sort()).toEqual([
      "clientRequestId",
      "code",
      "explanation",
      "graphCodes",
      "name",
      "status",
    ]);
  });

  it("still resolves completion(), with the caller's options", async () => {
    const outcome: OperationOutcome = { outcome: "timedOut", played: "unknown" };
    const calls: unknown[] = [];
    const error = new DeliveryUnknownError({
      clientRequestId: ID,
      completion: async (options) => {
        calls.push(options);
        return outcome;
      },
    });
    expect(await error.completion({ timeoutMs: 0 })).toBe(outcome);
    expect(await error.completion()).toBe(outcome);
    expect(calls).toEqual([{ timeoutMs: 0 }, undefined]);
  });

  it("rejects completion() without a tracker", async () => {
    await expect(new DeliveryUnknownError({ clientRequestId: ID }).completion()).rejects.toMatchObject({
      name: "DtmfError",
      code: "no_watcher",
    });
  });
});

describe("createNoWatcherError", () => {
  it("says how to get completions", () => {
    expect(createNoWatcherError()).toMatchObject({
      code: "no_watcher",
      message: expect.stringContaining("operation tracker"),
    });
  });
});

describe("an error", () => {
  /** The details as the client has them, with members that must not be printed. */
  const delivery = {
    clientRequestId: ID,
    callId: "call",
    request: { method: "POST", body: { tones: ["tone4", "tone7"], secret: "hunter2" } },
    headers: { authorization: "Bearer hunter2" },
    body: "hunter2",
    completion: async (): Promise<OperationOutcome> => ({ outcome: "timedOut", played: "unknown" }),
  };
  const refusal = { ...delivery, status: 400, message: "No", graphCodes: [], retryable: false };
  const errors = {
    DeliveryUnknownError: new DeliveryUnknownError(delivery),
    GraphRequestError: new GraphRequestError(refusal),
    NotSentError: new NotSentError(errorWithCode("ECONNREFUSED")),
  };

  it.each(Object.entries(errors))("prints no tones, tokens or bodies: %s", (_, error) => {
    const deep = inspect(error, { depth: null, showHidden: true, getters: true });
    for (const printed of [deep, JSON.stringify(error), String(error), error.stack ?? ""]) {
      expect(printed).not.toMatch(/hunter2|tone[47]|Bearer/);
    }
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code: error.code, name: error.name });
  });
});

describe("types", () => {
  it("have literal codes", () => {
    expectTypeOf<GraphRequestError["code"]>().toEqualTypeOf<"graph_request_failed">();
    expectTypeOf<NotSentError["code"]>().toEqualTypeOf<"not_sent">();
    expectTypeOf<DeliveryUnknownError["code"]>().toEqualTypeOf<"delivery_unknown">();
    expectTypeOf<NotSentError["retryable"]>().toEqualTypeOf<true>();
    expectTypeOf<ReturnType<DeliveryUnknownError["completion"]>>().toEqualTypeOf<Promise<OperationOutcome>>();
  });
});
