import type { Call } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { TokenRequest } from "../auth/access-token.ts";
import { RequestDeadline } from "../delivery/request-deadline.ts";
import { createObserver } from "../telemetry/observer.ts";
import type { GraphRequest } from "../transport/exchange.ts";
import type { ExchangeResult } from "../transport/http-transport.ts";
import { type Calls, createCalls } from "./calls.ts";
import type { CreateCallRequest } from "./create-call-body.ts";

const CALL = "481f3600-983e-4276-9b59-c1b30ec8d125";
const TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const TARGET = { user: { id: "112f7296-5fa4-42ca-bae8-6a692b15d4b8" } };
const CREATE: CreateCallRequest = { callbackUri: "https://bot.example/callback", tenantId: TENANT, targets: [TARGET] };

const answered = (status: number, body?: unknown, headers: Record<string, string> = {}): ExchangeResult => ({
  phase: "answered",
  status,
  headers,
  body,
});
const ended = answered(404, { error: { code: "8522", message: "Call not found." } });
const reset: ExchangeResult = { phase: "sent", cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }) };
const refused: ExchangeResult = { phase: "notSent", cause: Object.assign(new Error("no"), { code: "ECONNREFUSED" }) };

/** Calls over a fake exchange that returns these results. The last one is repeated. */
function start(...results: ExchangeResult[]) {
  const clock = createManualClock();
  const sent: GraphRequest[] = [];
  const tokenRequests: TokenRequest[] = [];
  const calls = createCalls({
    observer: createObserver({ clock, baseUrl: "https://graph.example" }),
    clock,
    exchange: async (request) => {
      sent.push(request);
      return results[Math.min(sent.length, results.length) - 1] ?? reset;
    },
    tokens: async (request) => {
      tokenRequests.push(request);
      return "token";
    },
    createDeadline: ({ signal, timeoutMs = 30_000 }) =>
      new RequestDeadline({ clock, closing: new AbortController().signal, signal, timeoutMs }),
  });
  /** The result of an action, while the clock advances until it settles. */
  const result = async (perform: (calls: Calls) => Promise<unknown>): Promise<unknown> => {
    let result: { value: unknown } | undefined;
    void perform(calls).then(
      (value) => {
        result = { value };
      },
      (value: unknown) => {
        result = { value };
      },
    );
    for (let seconds = 0; !result && seconds < 60; seconds++) await clock.advance(1_000);
    if (!result) throw new Error("the action did not settle");
    expect(clock.pending).toBe(0);
    return result.value;
  };
  return { calls, sent, tokenRequests, result };
}

describe("create", () => {
  it("sends Graph's body for a call to a user, with media that the service hosts", async () => {
    const { calls, sent, tokenRequests } = start(answered(201, { id: CALL, state: "Establishing", toneInfo: null }));
    expect(await calls.create(CREATE)).toEqual({ id: CALL, state: "establishing", toneInfo: null });
    expect(sent).toEqual([
      {
        method: "POST",
        path: "/communications/calls",
        connectTimeoutMs: 30_000,
        headers: {
          authorization: "Bearer token",
          accept: "application/json",
          "client-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
        },
        body: {
          "@odata.type": "#microsoft.graph.call",
          callbackUri: "https://bot.example/callback",
          tenantId: TENANT,
          targets: [
            {
              "@odata.type": "#microsoft.graph.invitationParticipantInfo",
              identity: {
                "@odata.type": "#microsoft.graph.identitySet",
                user: { "@odata.type": "#microsoft.graph.identity", id: TARGET.user.id },
              },
            },
          ],
          requestedModalities: ["audio"],
          mediaConfig: { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
        },
      },
    ]);
    expect(tokenRequests).toEqual([{ tenantId: TENANT }]);
  });

  it("sends only the number of a telephone", async () => {
    const { calls, sent } = start(answered(201, { id: CALL }));
    const targets = [{ phone: { id: "+12065550100", displayName: "Lobby" } }, TARGET];
    await calls.create({ ...CREATE, targets });
    expect(sent[0]?.body).toMatchObject({
      targets: [
        { identity: { phone: { "@odata.type": "#microsoft.graph.identity", id: "+12065550100" } } },
        { identity: { user: { id: TARGET.user.id } } },
      ],
    });
    expect(JSON.stringify(sent[0]?.body)).not.toContain("Lobby");
  });

  it("requests a token for the tenant of the call, unless the options name another", async () => {
    const { calls, tokenRequests } = start(answered(201, { id: CALL }));
    await calls.create(CREATE, {});
    await calls.create(CREATE, { tenantId: "another" });
    // Possible in JavaScript.
    await calls.create(CREATE, { tenantId: undefined } as object);
    expect(tokenRequests).toEqual([{ tenantId: TENANT }, { tenantId: "another" }, { tenantId: TENANT }]);
  });

  it.each([
    ["a reset", reset],
    ["504", answered(504)],
    ["503 without Retry-After", answered(503)],
    ["201 without a call", answered(201, { state: "establishing" })],
    ["201 without a body", answered(201)],
  ])("sends the request once: after %s the delivery is unknown", async (_, answer) => {
    const { sent, result } = start(answer);
    const error = await result((calls) => calls.create(CREATE));
    expect(error).toMatchObject({ code: "delivery_unknown" });
    expect(error).not.toHaveProperty("callId");
    await expect((error as { completion(): Promise<unknown> }).completion()).rejects.toMatchObject({
      code: "no_watcher",
    });
    expect(sent).toHaveLength(1);
  });

  it("sends again with the same client request id what was certainly not executed", async () => {
    const { sent, result } = start(refused, answered(429, {}, { "retry-after": "2" }), answered(201, { id: CALL }));
    expect(await result((calls) => calls.create(CREATE))).toMatchObject({ id: CALL });
    expect(new Set(sent.map(({ headers }) => headers["client-request-id"])).size).toBe(1);
    expect(sent).toHaveLength(3);
  });

  it.each([
    ["undefined", undefined],
    ["null", null],
    ["no callback", { ...CREATE, callbackUri: undefined }],
    ["a path as callback", { ...CREATE, callbackUri: "/callback" }],
    ["a URL object as callback", { ...CREATE, callbackUri: new URL("https://bot.example") }],
    ["an empty tenant", { ...CREATE, tenantId: "" }],
    ["no tenant", { ...CREATE, tenantId: undefined }],
    ["no targets", { ...CREATE, targets: [] }],
    ["an object as targets", { ...CREATE, targets: TARGET }],
    ["null as target", { ...CREATE, targets: [null] }],
    ["a hole in the targets", { ...CREATE, targets: Object.assign(new Array(2), { 0: TARGET }) }],
    ["a target without an id", { ...CREATE, targets: [{ user: {} }] }],
    ["a target with an empty id", { ...CREATE, targets: [{ phone: { id: "" } }] }],
    ["a target of another kind", { ...CREATE, targets: [{ application: { id: "x" } }] }],
    ["a number as id", { ...CREATE, targets: [{ user: { id: 7 } }] }],
  ])("refuses before sending: %s", async (_, request) => {
    const { calls, sent, tokenRequests } = start(answered(201, { id: CALL }));
    const creating = calls.create(request as CreateCallRequest);
    await expect(creating).rejects.toMatchObject({ name: "InvalidRequestError", code: "invalid_request" });
    expect([sent, tokenRequests]).toEqual([[], []]);
  });

  it("names the invalid target in the error", async () => {
    const targets = [TARGET, {} as typeof TARGET];
    await expect(start().calls.create({ ...CREATE, targets })).rejects.toThrow("targets[1] must be");
  });
});

describe("get", () => {
  it("parses the call in any of Graph's spellings", async () => {
    const { calls, sent } = start(answered(200, { id: CALL.toUpperCase(), state: "Established" }));
    expect(await calls.get(CALL)).toEqual({ id: CALL, state: "established" });
    expect(sent).toMatchObject([{ method: "GET", path: `/communications/calls/${CALL}` }]);
    expect(sent[0]).not.toHaveProperty("body");
  });

  it("sends again after transient errors", async () => {
    const { sent, result } = start(reset, answered(502), answered(503), refused, answered(200, { id: CALL }));
    expect(await result((calls) => calls.get(CALL))).toMatchObject({ id: CALL });
    expect(sent).toHaveLength(5);
  });

  it("fails at its timeout with Graph's last error", async () => {
    const { result } = start(answered(502, { error: { code: "9999", message: "Bad gateway." } }));
    expect(await result((calls) => calls.get(CALL))).toMatchObject({
      code: "graph_request_failed",
      status: 502,
      graphCode: "9999",
    });
  });

  it("fails with Graph's error if the call does not exist", async () => {
    const { calls, sent } = start(ended);
    await expect(calls.get(CALL)).rejects.toMatchObject({
      code: "graph_request_failed",
      status: 404,
      graphCode: "8522",
    });
    expect(sent).toHaveLength(1);
  });
});

describe("answer", () => {
  it("sends Graph's body and expects no response body", async () => {
    const { calls, sent } = start(answered(202));
    expect(await calls.answer(CALL, { callbackUri: "https://bot.example/call" })).toBeUndefined();
    expect(sent).toMatchObject([{ method: "POST", path: `/communications/calls/${CALL}/answer` }]);
    expect(sent[0]?.body).toEqual({
      callbackUri: "https://bot.example/call",
      acceptedModalities: ["audio"],
      mediaConfig: { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
    });
  });

  it.each([undefined, null, {}, { callbackUri: "" }, { callbackUri: "bot.example" }])(
    "refuses a callback that is not an absolute URL: %j",
    async (request) => {
      const { calls, sent } = start(answered(202));
      await expect(calls.answer(CALL, request as { callbackUri: string })).rejects.toMatchObject({
        code: "invalid_request",
      });
      expect(sent).toEqual([]);
    },
  );
});

describe("reject", () => {
  it("sends the reason, or none as default", async () => {
    const { calls, sent } = start(answered(202));
    await calls.reject(CALL);
    await calls.reject(CALL, { reason: "busy" });
    expect(sent.map(({ path, body }) => [path, body])).toEqual([
      [`/communications/calls/${CALL}/reject`, { reason: "none" }],
      [`/communications/calls/${CALL}/reject`, { reason: "busy" }],
    ]);
  });
});

describe("answer and reject", () => {
  it("are not sent again if their delivery is unknown", async () => {
    for (const perform of [
      (calls: Calls) => calls.answer(CALL, { callbackUri: "https://bot.example" }),
      (calls: Calls) => calls.reject(CALL),
    ]) {
      const { sent, result } = start(answered(504));
      expect(await result(perform)).toMatchObject({ code: "delivery_unknown", callId: CALL, status: 504 });
      expect(sent).toHaveLength(1);
    }
  });
});

describe("keepAlive", () => {
  it("sends no body and accepts any body of a 2xx", async () => {
    const { calls, sent } = start(answered(200, ""));
    expect(await calls.keepAlive(CALL)).toBeUndefined();
    expect(sent).toMatchObject([{ method: "POST", path: `/communications/calls/${CALL}/keepAlive` }]);
    expect(sent[0]?.body).toBeUndefined();
  });

  it("sends again after transient errors, and fails after the call has ended", async () => {
    const { sent, result } = start(answered(500), reset, ended);
    expect(await result((calls) => calls.keepAlive(CALL))).toMatchObject({ status: 404, graphCode: "8522" });
    expect(sent).toHaveLength(3);
  });
});

describe("hangUp", () => {
  it("deletes the call", async () => {
    const { calls, sent } = start(answered(204));
    expect(await calls.hangUp(CALL)).toBeUndefined();
    expect(sent).toMatchObject([{ method: "DELETE", path: `/communications/calls/${CALL}` }]);
    expect(sent[0]?.body).toBeUndefined();
  });

  it("resolves if the call has already ended, also after a lost response", async () => {
    const { sent, result } = start(reset, answered(503), ended);
    expect(await result((calls) => calls.hangUp(CALL))).toBeUndefined();
    expect(sent).toHaveLength(3);
  });

  it("fails with every other refusal", async () => {
    const { calls } = start(answered(403, { error: { code: "7505" } }));
    await expect(calls.hangUp(CALL)).rejects.toMatchObject({ status: 403, graphCode: "7505" });
  });

  it("is unknown if no response came in time", async () => {
    const { result } = start(reset);
    expect(await result((calls) => calls.hangUp(CALL))).toMatchObject({ code: "delivery_unknown", callId: CALL });
  });
});

describe("every request about a call", () => {
  const actions: Record<string, (calls: Calls, callId: string, options?: { signal: AbortSignal }) => Promise<unknown>> =
    {
      get: (calls, callId, options) => calls.get(callId, options),
      answer: (calls, callId, options) => calls.answer(callId, { callbackUri: "https://bot.example" }, options),
      reject: (calls, callId, options) => calls.reject(callId, {}, options),
      keepAlive: (calls, callId, options) => calls.keepAlive(callId, options),
      hangUp: (calls, callId, options) => calls.hangUp(callId, options),
    };

  it.each(Object.entries(actions))("refuses an id that could reach another resource: %s", async (_, perform) => {
    const { calls, sent } = start(answered(200, { id: CALL }));
    for (const callId of ["", ".", "..", "1/../../users?x=", "%2e%2e", undefined as unknown as string]) {
      await expect(perform(calls, callId)).rejects.toMatchObject({ code: "invalid_request" });
    }
    expect(sent).toEqual([]);
  });

  it.each(Object.entries(actions))("sends nothing after the caller's signal was aborted: %s", async (_, perform) => {
    const { calls, sent, tokenRequests } = start(answered(200, { id: CALL }));
    await expect(perform(calls, CALL, { signal: AbortSignal.abort("enough") })).rejects.toMatchObject({
      code: "aborted",
      cause: "enough",
    });
    expect([sent, tokenRequests]).toEqual([[], []]);
  });

  it.each(Object.entries(actions))("requests a token for the tenant in its options: %s", async (_, perform) => {
    const { calls, tokenRequests, sent } = start(answered(200, { id: CALL }));
    const { signal } = new AbortController();
    const options = { signal, tenantId: TENANT };
    await perform(calls, CALL, options);
    expect(tokenRequests).toEqual([{ tenantId: TENANT }]);
    expect(sent[0]?.signal).toBe(signal);
  });
});

describe("types", () => {
  it("return Graph's resources, or nothing", () => {
    expectTypeOf<ReturnType<Calls["create"]>>().toEqualTypeOf<Promise<Call>>();
    expectTypeOf<ReturnType<Calls["get"]>>().toEqualTypeOf<Promise<Call>>();
    expectTypeOf<ReturnType<Calls["hangUp"]>>().toEqualTypeOf<Promise<void>>();
    expectTypeOf<Parameters<Calls["create"]>[0]>().not.toBeAny();
    // @ts-expect-error: there is no such kind of target.
    const request: CreateCallRequest = { ...CREATE, targets: [{ application: { id: "x" } }] };
    expect(request.targets).toHaveLength(1);
  });
});
