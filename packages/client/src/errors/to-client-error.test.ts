import type { OperationOutcome } from "@graph-dtmf/models";
import { describe, expect, it } from "vitest";
import type { DeliveryUnknownError } from "./errors.ts";
import { type FailedRequest, toClientError } from "./to-client-error.ts";

const ID = "174faca9-a730-540a-881b-5121b8049f1d";
const OTHER_ID = "94fb3b52-452a-4535-a601-69e0a90e3aa2";
const outcome: OperationOutcome = { outcome: "timedOut", played: "unknown" };

const failed = (rest: Partial<FailedRequest> = {}): FailedRequest => ({
  clientRequestId: ID,
  nowMs: 1_700_000_000_000,
  idempotent: false,
  callId: "call",
  clientContext: "context",
  completion: async () => outcome,
  ...rest,
});
const refused = (status: number, headers: Record<string, string> = {}): Parameters<typeof toClientError>[0] => ({
  kind: "refused",
  response: { phase: "answered", status, headers, body: { error: { code: "8522", message: "Call not found." } } },
});
const unknown = (status?: number): Parameters<typeof toClientError>[0] => ({
  kind: "unknown",
  response: {
    phase: status === undefined ? "sent" : "answered",
    cause: "reset",
    ...(status !== undefined && { status }),
  },
});

describe("a request that was not sent", () => {
  it("is a NotSentError with the cause", () => {
    const cause = new Error("refused");
    expect(toClientError({ kind: "notSent", cause }, failed())).toMatchObject({ code: "not_sent", cause });
  });
});

describe("a refusal", () => {
  it("is a GraphRequestError with our client request id", () => {
    expect(toClientError(refused(404), failed())).toMatchObject({
      code: "graph_request_failed",
      status: 404,
      graphCode: "8522",
      clientRequestId: ID,
      retryable: false,
    });
  });

  it("has the client request id that Graph returns, if there is one", () => {
    expect(toClientError(refused(404, { "client-request-id": OTHER_ID }), failed())).toMatchObject({
      clientRequestId: OTHER_ID,
    });
  });

  it("counts a Retry-After date from now", () => {
    const date = new Date(1_700_000_005_000).toUTCString();
    expect(toClientError(refused(429, { "retry-after": date }), failed())).toMatchObject({ retryAfterMs: 5_000 });
  });

  it("is retryable unless the call has ended", () => {
    expect(toClientError(refused(429), failed())).toMatchObject({ retryable: true });
    expect(toClientError(refused(429), failed({ callEnded: true }))).toMatchObject({ status: 429, retryable: false });
    expect(toClientError(refused(404), failed({ callEnded: false }))).toMatchObject({ retryable: false });
  });
});

describe("an unknown delivery", () => {
  it.each([undefined, 500, 504, 200])("is a DeliveryUnknownError with a completion: status %s", async (status) => {
    const error = toClientError(unknown(status), failed()) as DeliveryUnknownError;
    expect(error).toMatchObject({
      code: "delivery_unknown",
      callId: "call",
      clientContext: "context",
      clientRequestId: ID,
      cause: "reset",
    });
    expect(error.status).toBe(status);
    expect(await error.completion()).toBe(outcome);
  });

  it("is a GraphRequestError if the request is idempotent", () => {
    expect(toClientError(unknown(502), failed({ idempotent: true }))).toMatchObject({
      code: "graph_request_failed",
      status: 502,
    });
  });

  it("remains one without a response", () => {
    expect(toClientError(unknown(), failed({ idempotent: true }))).toMatchObject({ code: "delivery_unknown" });
  });
});
