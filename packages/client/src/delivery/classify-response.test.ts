import type { Call, CommsOperation } from "@graph-dtmf/models";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { ExchangeResult } from "../transport/http-transport.ts";
import { type ClassifiedResponse, classifyResponse } from "./classify-response.ts";
import { acceptAnyBody, type ResponseReader, readCall, readOperation } from "./response-readers.ts";

const ID = "0fe0623f-d628-42ed-b4bd-8ac290072cc5";

const answered = (status: number, rest: Partial<ExchangeResult> = {}): ExchangeResult => ({
  phase: "answered",
  status,
  ...rest,
});
const kindOf = (result: ExchangeResult): string => classifyResponse(result, readOperation).kind;

describe("a request that was not sent", () => {
  it("was not executed, and keeps its cause", () => {
    const cause = new Error("refused");
    expect(classifyResponse({ phase: "notSent", cause }, readOperation)).toEqual({ kind: "notSent", cause });
  });
});

describe("a request without a response", () => {
  it("may have been executed", () => {
    const result: ExchangeResult = { phase: "sent", cause: new Error("reset") };
    expect(classifyResponse(result, readOperation)).toEqual({ kind: "unknown", response: result });
  });
});

describe("a 2xx", () => {
  it.each([200, 201, 202, 299])("with an operation is accepted: %i", (status) => {
    const body = { id: ID, status: "running", clientContext: "c" };
    expect(classifyResponse(answered(status, { body }), readOperation)).toEqual({ kind: "accepted", value: body });
  });

  it("returns Graph's Location header", () => {
    const headers = { location: "/communications/calls/x/operations/y" };
    expect(classifyResponse(answered(200, { headers, body: { id: ID } }), readOperation)).toMatchObject({
      location: "/communications/calls/x/operations/y",
    });
    expect(classifyResponse(answered(200, { body: { id: ID } }), readOperation)).not.toHaveProperty("location");
  });

  it.each([
    ["no body", undefined],
    ["null", null],
    ["a string", "fine"],
    ["an HTML page", "<html></html>"],
    ["a list", [{ id: ID }]],
    ["an object without an id", { status: "completed" }],
    ["an empty id", { id: "" }],
    ["a number as id", { id: 7 }],
    ["null as id", { id: null }],
  ])("without an operation may have been executed: %s", (_, body) => {
    const result = answered(200, { body });
    expect(classifyResponse(result, readOperation)).toEqual({ kind: "unknown", response: result });
  });

  it("with a truncated body may have been executed", () => {
    expect(kindOf(answered(200, { cause: new Error("reset") }))).toBe("unknown");
  });

  it("with any body is accepted if no content is expected", () => {
    for (const body of [undefined, "", "OK", {}]) {
      expect(classifyResponse(answered(202, { body }), acceptAnyBody)).toEqual({ kind: "accepted", value: true });
    }
  });
});

describe("a refusal", () => {
  it.each([300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 409, 412, 413, 422, 423, 429, 451, 499])(
    "was not executed: %i",
    (status) => {
      const result = answered(status, { body: { id: ID } });
      expect(classifyResponse(result, readOperation)).toEqual({ kind: "refused", response: result });
    },
  );

  it("was not executed even if its body is truncated", () => {
    expect(kindOf(answered(404, { cause: new Error("reset") }))).toBe("refused");
  });

  it("includes 503 only with Retry-After", () => {
    expect(kindOf(answered(503, { headers: { "retry-after": "5" } }))).toBe("refused");
    expect(kindOf(answered(503, { headers: {} }))).toBe("unknown");
    expect(kindOf(answered(503))).toBe("unknown");
  });
});

describe("any other response", () => {
  it.each([408, 500, 501, 502, 504, 505, 507, 508, 520, 599])(
    "may have been executed: %i, also with an operation and Retry-After",
    (status) => {
      expect(kindOf(answered(status))).toBe("unknown");
      expect(kindOf(answered(status, { headers: { "retry-after": "1" }, body: { id: ID } }))).toBe("unknown");
    },
  );

  it.each([0, 100, 199, 600, 999])("may have been executed if its status has no class: %i", (status) => {
    expect(kindOf(answered(status, { body: { id: ID } }))).toBe("unknown");
  });
});

describe("classifyResponse", () => {
  it("returns notSent or refused only for requests that were certainly not executed", () => {
    const result = fc.record({
      phase: fc.constantFrom("notSent" as const, "sent" as const, "answered" as const),
      status: fc.option(fc.integer({ min: 0, max: 999 }), { nil: undefined }),
      headers: fc.option(fc.record({ "retry-after": fc.string() }), { nil: undefined }),
      body: fc.option(fc.jsonValue(), { nil: undefined }),
    });
    fc.assert(
      fc.property(result, ({ phase, status, headers, body }) => {
        const kind = kindOf({
          phase,
          body,
          ...(status !== undefined && { status }),
          ...(headers !== undefined && { headers }),
        });
        if (kind === "notSent") expect(phase).toBe("notSent");
        if (kind === "accepted") expect(Math.trunc((status ?? 0) / 100)).toBe(2);
        if (kind === "refused") {
          const retryLater = status === 503 && headers !== undefined;
          expect(retryLater || (Number(status) >= 300 && Number(status) < 500 && status !== 408)).toBe(true);
        }
      }),
    );
  });
});

describe("response readers", () => {
  it("read an operation in any of Graph's spellings", () => {
    expect(readOperation({ id: "0FE0623FD62842EDB4BD8AC290072CC5", status: "Completed" })).toMatchObject({
      id: ID,
      status: "completed",
    });
  });

  it("read a call that has an id", () => {
    expect(readCall({ id: ID, state: "Establishing", toneInfo: null })).toMatchObject({
      id: ID,
      state: "establishing",
    });
    for (const body of [undefined, null, "", [], {}, { id: "" }, { id: 7 }]) expect(readCall(body)).toBeUndefined();
  });
});

describe("types", () => {
  it("follow the reader", () => {
    expectTypeOf(classifyResponse(answered(200), readCall)).toEqualTypeOf<ClassifiedResponse<Call>>();
    expectTypeOf(readOperation).toEqualTypeOf<ResponseReader<CommsOperation>>();
    expectTypeOf<Extract<ClassifiedResponse<Call>, { kind: "accepted" }>["value"]>().toEqualTypeOf<Call>();
  });
});
