import type { LogFields, Logger, Telemetry } from "@graph-dtmf/models";
import type { Meter, Tracer } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { describe, expect, expectTypeOf, it, onTestFinished } from "vitest";
import { accept, reset, respond, startScriptedServer } from "../__fixtures__/scripted-server.ts";
import { createDtmfClient, type DtmfClientOptions } from "../client.ts";

const CALL = "481f3600-983e-4276-9b59-c1b30ec8d125";

async function start(options: Partial<DtmfClientOptions>) {
  const server = await startScriptedServer();
  const dtmf = createDtmfClient({ baseUrl: server.url, credential: async () => "token", ...options });
  onTestFinished(async () => {
    await server.close();
    await dtmf.close();
  });
  return { server, dtmf, port: Number(new URL(server.url).port) };
}

/** The real SDK, with exporters in memory. */
async function startObserved() {
  const exporter = new InMemorySpanExporter();
  const traces = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const measurements = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const metrics = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: measurements })] });
  onTestFinished(async () => {
    await Promise.all([traces.shutdown(), metrics.shutdown()]);
  });
  return {
    ...(await start({ telemetry: { tracer: traces.getTracer("bot"), meter: metrics.getMeter("bot") } })),
    spans: () =>
      exporter.getFinishedSpans().map(({ name, kind, status, attributes }) => ({ name, kind, status, attributes })),
    async points() {
      await metrics.forceFlush();
      const all =
        measurements
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
      return all.flatMap(({ descriptor: { name, unit }, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => ({
          name: `${name} ${unit}`,
          attributes,
          count: typeof value === "number" ? value : (value as { count: number }).count,
        })),
      );
    },
  };
}

function createLog(): Logger & { lines: [level: string, message: string, fields: LogFields | undefined][] } {
  const lines: [string, string, LogFields | undefined][] = [];
  const write = (level: string) => (message: string, fields?: LogFields) => lines.push([level, message, fields]);
  return { lines, debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

describe("a client with telemetry", () => {
  it("creates a span for each request, with its ids, its status and its number of resends", async () => {
    const { server, dtmf, spans, port } = await startObserved();
    server.behaviours.push(respond(429, "", { "retry-after": "0" }), accept({ id: "op-1" }), reset);
    const sent = await dtmf.sendDtmfTones(CALL, { tones: "4711#", clientContext: "mine" }, { tenantId: "tenant" });
    await expect(dtmf.calls.reject(CALL)).rejects.toThrow();
    expect(sent.id).toBe("op-1");
    const facts = {
      "http.request.method": "POST",
      "server.address": "127.0.0.1",
      "server.port": port,
      "graph_dtmf.call.id": CALL,
      "graph_dtmf.client_request.id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    };
    expect(spans()).toEqual([
      {
        name: "graph_dtmf.sendDtmfTones",
        kind: 2,
        status: { code: 0 },
        attributes: {
          ...facts,
          "graph_dtmf.action": "sendDtmfTones",
          "graph_dtmf.tenant.id": "tenant",
          "graph_dtmf.operation.id": "op-1",
          "graph_dtmf.client_context": "mine",
          "http.response.status_code": 200,
          "http.request.resend_count": 1,
        },
      },
      {
        name: "graph_dtmf.reject",
        kind: 2,
        status: { code: 2 },
        attributes: {
          ...facts,
          "graph_dtmf.action": "reject",
          "error.type": "delivery_unknown",
          "http.request.resend_count": 0,
        },
      },
    ]);
  });

  it("names the created call, and measures by action, status and error, without ids", async () => {
    const { server, dtmf, spans, points, port } = await startObserved();
    server.behaviours.push(respond(201, { id: CALL }), respond(429, "", { "retry-after": "0" }), respond(404), reset);
    const target = { user: { id: "a-user" } };
    await dtmf.calls.create({ callbackUri: "https://bot.example/", tenantId: "tenant", targets: [target] });
    await expect(dtmf.sendDtmfTones(CALL, { tones: "4711#" })).rejects.toThrow();
    await expect(dtmf.sendDtmfTones(CALL, { tones: "4711#" })).rejects.toThrow();
    expect(spans()[0]).toMatchObject({ name: "graph_dtmf.createCall", attributes: { "graph_dtmf.call.id": CALL } });
    const shared = { "http.request.method": "POST", "server.address": "127.0.0.1", "server.port": port };
    const duration = { name: "graph_dtmf.request.duration s", count: 1 };
    const sends = { ...shared, "graph_dtmf.action": "sendDtmfTones" };
    expect(await points()).toEqual([
      { ...duration, attributes: { ...shared, "graph_dtmf.action": "createCall", "http.response.status_code": 201 } },
      { ...duration, attributes: { ...sends, "http.response.status_code": 404, "error.type": "graph_request_failed" } },
      { ...duration, attributes: { ...sends, "error.type": "delivery_unknown" } },
      { name: "graph_dtmf.resends {request}", count: 1, attributes: { "graph_dtmf.action": "sendDtmfTones" } },
    ]);
  });

  it("accepts a tracer and a meter of OpenTelemetry", () => {
    expectTypeOf<{ tracer: Tracer; meter: Meter }>().toExtend<Telemetry>();
  });
});

describe("a client with a logger", () => {
  it("logs every attempt and the end of the request", async () => {
    const log = createLog();
    const { server, dtmf } = await start({ logger: log });
    server.behaviours.push(respond(429, "", { "retry-after": "0", "request-id": "graph-1" }), accept({ id: "op-1" }));
    await dtmf.sendDtmfTones(CALL, { tones: "4711#", clientContext: "mine" });
    const facts = { action: "sendDtmfTones", callId: CALL, method: "POST", clientRequestId: expect.any(String) };
    const attempt = "graph-dtmf: request attempt";
    expect(log.lines).toEqual([
      ["debug", attempt, { ...facts, attempt: 1, phase: "answered", status: 429, requestId: "graph-1" }],
      ["debug", attempt, { ...facts, attempt: 2, phase: "answered", status: 200 }],
      [
        "debug",
        "graph-dtmf: request accepted",
        {
          ...facts,
          operationId: "op-1",
          clientContext: "mine",
          attempts: 2,
          status: 200,
          durationMs: expect.any(Number),
        },
      ],
    ]);
  });

  it("warns of unknown deliveries only", async () => {
    const log = createLog();
    const { server, dtmf } = await start({ logger: log });
    server.behaviours.push(respond(404, { error: { code: "8522" } }), reset);
    await expect(dtmf.sendDtmfTones(CALL, { tones: "1" })).rejects.toThrow();
    await expect(dtmf.sendDtmfTones(CALL, { tones: "1" })).rejects.toThrow();
    expect(log.lines.filter(([level]) => level !== "debug")).toEqual([
      ["info", "graph-dtmf: request failed", expect.objectContaining({ status: 404, code: "graph_request_failed" })],
      ["warn", "graph-dtmf: delivery unknown", expect.objectContaining({ callId: CALL })],
    ]);
  });
});

describe("a logger or tracer", () => {
  const fail = (): never => {
    throw new Error("telemetry failed");
  };
  const reject = (): Promise<never> => Promise.reject(new Error("telemetry failed"));
  const broken = (call: () => never | Promise<never>): Partial<DtmfClientOptions> => ({
    logger: { debug: call, info: call, warn: call, error: call },
    telemetry: {
      tracer: { startSpan: () => ({ setAttributes: call, setStatus: call, end: call as () => void }) },
      meter: {
        createCounter: () => ({ add: call as () => void }),
        createHistogram: () => ({ record: call as () => void }),
      },
    },
  });

  it.each([
    ["throws", broken(fail)],
    ["rejects", broken(reject)],
    [
      "throws at its first use",
      { telemetry: { tracer: { startSpan: fail }, meter: { createCounter: fail, createHistogram: fail } } },
    ],
  ])("changes nothing if it %s", async (_, options) => {
    const { server, dtmf } = await start(options);
    server.behaviours.push(accept({ id: "op-1" }), respond(404));
    expect(await dtmf.sendDtmfTones(CALL, { tones: "1" })).toMatchObject({ id: "op-1" });
    await expect(dtmf.sendDtmfTones(CALL, { tones: "1" })).rejects.toMatchObject({ code: "graph_request_failed" });
    expect(server.requests).toHaveLength(2);
  });
});
