import { Client, GraphRequest as ClientRequest } from "@microsoft/microsoft-graph-client";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { createObservedClock, type ObservedClock } from "../__fixtures__/observed-clock.ts";
import { closeConnection, respond, type ScriptedServer, startScriptedServer } from "../__fixtures__/scripted-server.ts";
import { createHttpTransport } from "./create-http-transport.ts";
import { createExchange, type Exchange, type GraphRequest } from "./exchange.ts";
import type { ExchangeResult, HttpRequest, HttpTransport } from "./http-transport.ts";

const HEADERS = Object.freeze({
  authorization: "Bearer token",
  accept: "application/json",
  "client-request-id": "id-1",
});
const POST: GraphRequest = Object.freeze({
  method: "POST",
  path: "/communications/calls/call/sendDtmfTones",
  headers: HEADERS,
  body: { tones: ["tone1"], clientContext: "é" },
});

let server: ScriptedServer;
let clock: ObservedClock;
let transport: HttpTransport;
let exchange: Exchange;

beforeEach(async () => {
  server = await startScriptedServer();
  clock = createObservedClock();
  transport = createHttpTransport({ clock, responseTimeoutMs: 30_000 });
  exchange = createExchange({ baseUrl: server.url, version: "v1.0", transport });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await server.close();
  await transport.close();
});

/** An exchange over a transport that records its requests. */
function startRecording(options: { baseUrl?: string; version?: string; answer?: ExchangeResult } = {}) {
  const requests: HttpRequest[] = [];
  const exchange = createExchange({
    baseUrl: options.baseUrl ?? "https://graph.microsoft.com",
    version: options.version ?? "v1.0",
    transport: {
      async send(request) {
        requests.push(request);
        return options.answer ?? { phase: "answered", status: 200 };
      },
      async close() {},
    },
  });
  return { exchange, requests };
}

describe("graph-client", () => {
  it("has only our middleware and no authentication provider", async () => {
    const initWithMiddleware = vi.spyOn(Client, "initWithMiddleware");
    const { exchange, requests } = startRecording();
    expect(initWithMiddleware).toHaveBeenCalledExactlyOnceWith({
      baseUrl: "https://graph.microsoft.com",
      defaultVersion: "v1.0",
      middleware: { execute: expect.any(Function) },
    });
    await exchange(POST);
    expect(requests).toHaveLength(1);
  });

  it.each([
    ["https://graph.microsoft.com", "v1.0", "https://graph.microsoft.com/v1.0/communications/calls/x"],
    ["https://graph.microsoft.com", "beta", "https://graph.microsoft.com/beta/communications/calls/x"],
    ["http://127.0.0.1:4000", "v1.0", "http://127.0.0.1:4000/v1.0/communications/calls/x"],
    ["https://proxy.example/graph", "v1.0", "https://proxy.example/graph/v1.0/communications/calls/x"],
  ])("builds the URL from base, version and path: %s %s", async (baseUrl, version, url) => {
    const { exchange, requests } = startRecording({ baseUrl, version });
    await exchange({ method: "GET", path: "/communications/calls/x", headers: HEADERS });
    expect(requests).toMatchObject([{ url, method: "GET" }]);
  });

  it("keeps an encoded id", async () => {
    const { exchange, requests } = startRecording();
    await exchange({ ...POST, path: "/communications/calls/19%3Ax%40thread.v2%3D/sendDtmfTones" });
    expect(requests[0]?.url).toBe(
      "https://graph.microsoft.com/v1.0/communications/calls/19%3Ax%40thread.v2%3D/sendDtmfTones",
    );
  });

  it("does not hide the result if it fails after our middleware ran", async () => {
    const { post } = ClientRequest.prototype;
    vi.spyOn(ClientRequest.prototype, "post").mockImplementation(async function (this: ClientRequest, body: unknown) {
      await post.call(this, body);
      throw new Error("too late");
    });
    server.behaviours.push(respond(200, { id: "op-1" }), closeConnection);
    expect(await exchange(POST)).toMatchObject({ phase: "answered", status: 200, body: { id: "op-1" } });
    expect(await exchange(POST)).toMatchObject({ phase: "sent", cause: { code: "UND_ERR_SOCKET" } });
  });

  it("prints nothing", async () => {
    const spies = ["log", "info", "warn", "error", "debug"].map((method) =>
      vi.spyOn(console, method as "log").mockImplementation(() => {}),
    );
    server.behaviours.push(respond(400, { error: { code: "x" } }), closeConnection);
    await exchange(POST);
    await exchange(POST);
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });
});

describe("the server", () => {
  it("receives the request unchanged and once", async () => {
    server.behaviours.push(respond(200, {}));
    await exchange(POST);
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: "POST", path: "/v1.0/communications/calls/call/sendDtmfTones" });
    expect(Object.keys(request?.headers ?? {}).sort()).toEqual([
      "accept",
      "authorization",
      "client-request-id",
      "connection",
      "content-length",
      "content-type",
      "host",
    ]);
    expect(request?.headers).toMatchObject({ ...HEADERS, "content-type": "application/json" });
    expect(Buffer.from(request?.body ?? "", "latin1").toString()).toBe('{"tones":["tone1"],"clientContext":"é"}');
  });

  it("receives no body if there is none", async () => {
    server.behaviours.push(respond(200), respond(200), respond(204));
    await exchange({ method: "POST", path: "/communications/calls/call/keepAlive", headers: HEADERS, body: undefined });
    await exchange({ method: "GET", path: "/communications/calls/call", headers: HEADERS });
    await exchange({ method: "DELETE", path: "/communications/calls/call", headers: HEADERS });
    expect(server.requests.map(({ method, body }) => [method, body])).toEqual([
      ["POST", ""],
      ["GET", ""],
      ["DELETE", ""],
    ]);
    expect(server.requests.map(({ headers }) => headers["transfer-encoding"])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each([
    ["429", respond(429, "", { "retry-after": "0" })],
    ["503", respond(503, "", { "retry-after": "0" })],
    ["504", respond(504)],
    ["500", respond(500)],
    ["401", respond(401)],
    ["302", respond(302, "", { location: "/elsewhere" })],
    ["307", respond(307, "", { location: "/elsewhere" })],
    ["308", respond(308, "", { location: "/elsewhere" })],
    ["a closed connection", closeConnection],
  ])("receives one request, whatever the response: %s", async (_, behaviour) => {
    server.behaviours.push(behaviour, respond(200, {}), respond(200, {}));
    await exchange(POST);
    await clock.advance(600_000);
    expect(server.requests).toHaveLength(1);
    expect(server.behaviours).toHaveLength(2);
  });
});

describe("the result", () => {
  it("is status, headers and body of a success", async () => {
    const location = "/communications/calls/call/operations/op-1";
    server.behaviours.push(respond(200, { id: "op-1" }, { Location: location, "Content-Type": "application/json" }));
    expect(await exchange(POST)).toEqual({
      phase: "answered",
      status: 200,
      headers: { location, "content-type": "application/json", "content-length": "13" },
      body: { id: "op-1" },
    });
  });

  it("is status, headers and body of a refusal", async () => {
    const error = { error: { code: "8522", message: "Call not found." } };
    server.behaviours.push(respond(404, error, { "request-id": "r-1", "Retry-After": "2.128" }));
    expect(await exchange(POST)).toMatchObject({
      phase: "answered",
      status: 404,
      headers: { "request-id": "r-1", "retry-after": "2.128" },
      body: error,
    });
  });

  it.each(["application/json", "Application/JSON; charset=utf-8", "text/plain", "text/html", "image/png", undefined])(
    "is the same JSON under any content type: %s",
    async (type) => {
      server.behaviours.push(respond(200, { id: "op-1" }, type === undefined ? {} : { "content-type": type }));
      expect((await exchange(POST)).body).toEqual({ id: "op-1" });
    },
  );

  it.each([
    ["text if the body is not JSON", "<html></html>", "<html></html>"],
    ["absent without a body", "", undefined],
  ])("has a body that is %s", async (_, sent, body) => {
    server.behaviours.push(respond(200, sent, { "content-type": "application/json" }));
    const result = await exchange(POST);
    expect(result.body).toBe(body);
    expect("body" in result).toBe(body !== undefined);
  });

  it("is the transport's result if there is no response", async () => {
    const cause = new Error("reset");
    const { exchange } = startRecording({ answer: { phase: "sent", cause } });
    expect(await exchange(POST)).toEqual({ phase: "sent", cause });
  });

  it("is notSent if graph-client fails", async () => {
    const { exchange, requests } = startRecording();
    expect(await exchange({ ...POST, body: { tones: [1n] } })).toMatchObject({
      phase: "notSent",
      cause: expect.any(Error),
    });
    expect(requests).toEqual([]);
  });

  it("is notSent if graph-client does not run our middleware", async () => {
    vi.spyOn(Client, "initWithMiddleware").mockReturnValueOnce({
      api: () => {
        const request = { headers: () => request, responseType: () => request, options: () => request, get() {} };
        return request;
      },
    } as unknown as Client);
    const { exchange, requests } = startRecording();
    expect(await exchange({ method: "GET", path: "/x", headers: {} })).toMatchObject({ phase: "notSent" });
    expect(requests).toEqual([]);
  });

  it("belongs to its own request among several in flight", async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `op-${index}`);
    for (const _ of ids) {
      server.behaviours.push((socket) => {
        const { body } = server.requests.at(-1) ?? { body: "{}" };
        respond(200, { id: JSON.parse(body).clientContext })(socket);
      });
    }
    const result = await Promise.all(ids.map((id) => exchange({ ...POST, body: { clientContext: id } })));
    expect(result.map(({ body }) => (body as { id: string }).id)).toEqual(ids);
  });
});

describe("the caller's signal", () => {
  it("reaches the transport if there is one", async () => {
    const { exchange, requests } = startRecording();
    const { signal } = new AbortController();
    await exchange({ ...POST, signal });
    await exchange(POST);
    expect(requests[0]?.signal).toBe(signal);
    expect(requests[1]).not.toHaveProperty("signal");
  });
});

describe("types", () => {
  it("contain no any", () => {
    expectTypeOf<Exchange>().toEqualTypeOf<(request: GraphRequest) => Promise<ExchangeResult>>();
    expectTypeOf<ExchangeResult["body"]>().toBeUnknown();
    expectTypeOf<ExchangeResult["cause"]>().toBeUnknown();
    expectTypeOf<ExchangeResult["phase"]>().toEqualTypeOf<"notSent" | "sent" | "answered">();
  });
});
