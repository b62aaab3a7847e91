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
const kindOf = (exchanged: ExchangeResult): string => classifyResponse(exchanged, readOperation).kind;

describe("a request of which no byte left", () => {
  it("was not executed, and keeps its cause", () => {
    const cause = new Error("refused");
    expect(classifyResponse({ phase: "notSent", cause }, readOperation)).toEqual({ kind: "notSent", cause });
  });
});

describe("a request without an answer", () => {
  it("may have been executed", () => {
    const exchanged: ExchangeResult = { phase: "sent", cause: new Error("reset") };
    expect(classifyResponse(exchanged, readOperation)).toEqual({ kind: "unknown", response: exchanged });
  });
});

describe("a 2xx", () => {
  it.each([200, 201, 202, 299])("with an operation is accepted: %i", (status) => {
    const body = { id: ID, status: "running", clientContext: "c" };
    expect(classifyResponse(answered(status, { body }), readOperation)).toEqual({ kind: "accepted", value: body });
  });

  it("hands on where Graph says that the operation is", () => {
    const headers = { location: "/communications/calls/x/operations/y" };
    expect(classifyResponse(answered(200, { headers, body: { id: ID } }), readOperation)).toMatchObject({
      location: "/communications/calls/x/operations/y",
    });
    expect(classifyResponse(answered(200, { body: { id: ID } }), readOperation)).not.toHaveProperty("location");
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a text", "fine"],
    ["a page", "<html></html>"],
    ["a list", [{ id: ID }]],
    ["an object without an id", { status: "completed" }],
    ["an empty id", { id: "" }],
    ["an id that is a number", { id: 7 }],
    ["an id that is null", { id: null }],
  ])("that is no operation may have been executed: %s", (_, body) => {
    const exchanged = answered(200, { body });
    expect(classifyResponse(exchanged, readOperation)).toEqual({ kind: "unknown", response: exchanged });
  });

  it("whose body broke off may have been executed", () => {
    expect(kindOf(answered(200, { cause: new Error("reset") }))).toBe("unknown");
  });

  it("is accepted whatever comes with it where nothing is expected", () => {
    for (const body of [undefined, "", "OK", {}]) {
      expect(classifyResponse(answered(202, { body }), acceptAnyBody)).toEqual({ kind: "accepted", value: true });
    }
  });
});

describe("a refusal", () => {
  it.each([300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 409, 412, 413, 422, 423, 429, 451, 499])(
    "was not executed: %i",
    (status) => {
      const exchanged = answered(status, { body: { id: ID } });
      expect(classifyResponse(exchanged, readOperation)).toEqual({ kind: "refused", response: exchanged });
    },
  );

  it("was not executed where its body broke off either: the status says so", () => {
    expect(kindOf(answered(404, { cause: new Error("reset") }))).toBe("refused");
  });

  it("is 503 with Retry-After alone: without it nobody knows who answers", () => {
    expect(kindOf(answered(503, { headers: { "retry-after": "5" } }))).toBe("refused");
    expect(kindOf(answered(503, { headers: {} }))).toBe("unknown");
    expect(kindOf(answered(503))).toBe("unknown");
  });
});

describe("what leaves a doubt", () => {
  it.each([408, 500, 501, 502, 504, 505, 507, 508, 520, 599])(
    "may have been executed: %i, with an operation and Retry-After too",
    (status) => {
      expect(kindOf(answered(status))).toBe("unknown");
      expect(kindOf(answered(status, { headers: { "retry-after": "1" }, body: { id: ID } }))).toBe("unknown");
    },
  );

  it.each([0, 100, 199, 600, 999])("is a status that no class has: %i", (status) => {
    expect(kindOf(answered(status, { body: { id: ID } }))).toBe("unknown");
  });
});

describe("a verdict", () => {
  it("says that nothing was executed only of what certainly was not", () => {
    const exchanged = fc.record({
      phase: fc.constantFrom("notSent" as const, "sent" as const, "answered" as const),
      status: fc.option(fc.integer({ min: 0, max: 999 }), { nil: undefined }),
      headers: fc.option(fc.record({ "retry-after": fc.string() }), { nil: undefined }),
      body: fc.option(fc.jsonValue(), { nil: undefined }),
    });
    fc.assert(
      fc.property(exchanged, ({ phase, status, headers, body }) => {
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

describe("readers", () => {
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
