import type { OperationStore, Telemetry } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import type { Meter, Tracer } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { describe, expect, expectTypeOf, it, onTestFinished } from "vitest";
import { CALL, callEntry, LEGACY, toneEntry, tonesEntry } from "../__fixtures__/envelopes.ts";
import { openReceiver } from "../__fixtures__/open-receiver.ts";
import { TENANT, until } from "../__fixtures__/ports.ts";
import { createOperationTracker } from "../tracker/create-operation-tracker.ts";
import { createMemoryOperationStore } from "../tracker/memory-store.ts";
import type { NotificationReceiverOptions } from "./notification-receiver.ts";

/** The real SDK, with in-memory exporters. */
async function openObserved(options: Partial<NotificationReceiverOptions> = {}) {
  const spans = new InMemorySpanExporter();
  const traces = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const measurements = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: measurements });
  const metrics = new MeterProvider({ readers: [reader] });
  onTestFinished(async () => {
    await Promise.all([traces.shutdown(), metrics.shutdown()]);
  });
  const telemetry = { tracer: traces.getTracer("bot"), meter: metrics.getMeter("bot") };
  return {
    ...(await openReceiver({ telemetry, ...options })),
    spans: () =>
      spans.getFinishedSpans().map(({ name, kind, status, attributes }) => ({ name, kind, status, attributes })),
    /** By metric name, then by attributes: the count, or the number of measurements. */
    async metrics(): Promise<Record<string, Record<string, number>>> {
      await metrics.forceFlush();
      const all =
        measurements
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
      return Object.fromEntries(
        all.map(({ descriptor, dataPoints }) => [
          `${descriptor.name} ${descriptor.unit}`,
          Object.fromEntries(dataPoints.map(({ attributes, value }) => [labelOf(attributes), countOf(value)])),
        ]),
      );
    },
  };
}

const PENDING = "graph_dtmf.operations.pending {operation}";
const PENDING_WRITES = "graph_dtmf.store.pending_writes {end}";
const DROPPED_WRITES = "graph_dtmf.store.dropped_writes {end}";

const labelOf = (attributes: object): string => Object.values(attributes).join(" ");

function countOf(value: unknown): number {
  return typeof value === "number" ? value : (value as { count: number }).count;
}

describe("a receiver with telemetry", () => {
  it("creates a span of each request and of each run of the handlers, with ids and without tones", async () => {
    const { receiver, deliver, spans } = await openObserved();
    receiver.on("operation", () => {});
    await deliver(tonesEntry("o-1"));
    await receiver.drain();
    const facts = {
      "graph_dtmf.notification.kind": "operation",
      "graph_dtmf.call.id": CALL,
      "graph_dtmf.tenant.id": TENANT,
      "graph_dtmf.operation.id": "o-1",
      "graph_dtmf.operation.kind": "sendDtmfTonesOperation",
      "graph_dtmf.outcome": "completed",
    };
    expect(spans()).toEqual([
      {
        name: "graph_dtmf.receive",
        kind: 4,
        status: { code: 0 },
        attributes: {
          "graph_dtmf.notifications": 1,
          "graph_dtmf.seen": 0,
          "graph_dtmf.not_stored": 0,
          ...facts,
          "http.response.status_code": 202,
        },
      },
      { name: "graph_dtmf.handle", kind: 0, status: { code: 0 }, attributes: facts },
    ]);
  });

  it("records that there was a tone, but not which", async () => {
    const { receiver, deliver, spans, metrics } = await openObserved();
    receiver.on("tone", () => {});
    await deliver(toneEntry(4711, { tone: "star" }));
    await receiver.drain();
    const all = JSON.stringify([spans(), await metrics()]);
    expect(all).toContain('"graph_dtmf.notification.kind":"tone"');
    expect(all).not.toMatch(/star|4711/);
  });

  it("counts notifications and ended operations once", async () => {
    const { deliver, metrics } = await openObserved();
    await deliver(tonesEntry("o-1"), tonesEntry("o-2", { status: "running" }), callEntry("established"));
    await deliver(tonesEntry("o-1"));
    const { "graph_dtmf.completions {operation}": completions, ...others } = await metrics();
    expect(completions).toEqual({ "sendDtmfTonesOperation completed": 1 });
    expect(others).toMatchObject({
      "graph_dtmf.notifications {notification}": { "operation new": 2, "operation seen": 1, "call new": 1 },
      "graph_dtmf.receive.duration s": { "202": 2 },
    });
  });

  it("measures with few attribute values, whatever unverified senders send", async () => {
    const { send, metrics, spans } = await openObserved();
    for (const authorization of ["Bearer bad", "Bearer worse"]) await send({ authorization: [authorization] });
    await send({ authorization: ["Bearer no-keys"] });
    await send({ body: LEGACY });
    expect(await metrics()).toEqual({
      "graph_dtmf.receive.duration s": { "401 unauthenticated": 2, "503 keysUnavailable": 1, "204": 1 },
    });
    expect(spans().map(({ status }) => status.code)).toEqual([0, 0, 2, 0]);
  });

  it("records failures of the store and of handlers", async () => {
    const { receiver, deliver, operations, metrics, spans } = await openObserved();
    receiver.on("tone", () => Promise.reject(new Error("4711")));
    operations.takeDown();
    await deliver(tonesEntry("o-1"), toneEntry(1));
    await receiver.drain();
    expect(await metrics()).toMatchObject({
      "graph_dtmf.notifications {notification}": { "operation notStored": 1, "tone new": 1 },
      "graph_dtmf.receive.duration s": { "503 notStored": 1 },
      "graph_dtmf.handle.duration s": { "tone handler": 1 },
    });
    expect(spans().map(({ name, status }) => [name, status.code])).toEqual([
      ["graph_dtmf.receive", 2],
      ["graph_dtmf.handle", 2],
    ]);
  });

  it("reports the numbers of pending operations, pending writes and dropped writes", async () => {
    const memory = createMemoryOperationStore();
    let isAway = false;
    const put: OperationStore["put"] = async (event) => {
      if (isAway) throw new Error("away");
      return memory.put(event);
    };
    const clock = createManualClock();
    const operations = createOperationTracker({ clock, store: { ...memory, put } });
    const { deliver, metrics } = await openObserved({ operations });
    const counts = async () => {
      const { [PENDING]: pending, [PENDING_WRITES]: pendingWrites, [DROPPED_WRITES]: droppedWrites } = await metrics();
      return [pending, pendingWrites, droppedWrites].map((points) => points?.[""]);
    };
    operations.expect({ callId: CALL, clientContext: "waited for" });
    operations.expect({ callId: CALL });
    expect(await counts()).toEqual([2, 0, 0]);
    isAway = true;
    await deliver(tonesEntry("o-1", { clientContext: "waited for" }), callEntry("terminated"));
    expect(await counts()).toEqual([1, 2, 0]);
    for (let batch = 0; batch < 9; batch++) {
      await deliver(...Array.from({ length: 1_111 }, (_, n) => tonesEntry(`other-${batch}-${n}`)));
    }
    expect(await counts()).toEqual([1, 10_000, 1]);
    isAway = false;
    await clock.advance(10_000);
    await until(() => operations.pendingWrites === 0);
    // The call has ended, and so have its pending operations.
    expect(await counts()).toEqual([0, 0, 1]);
  });

  it("is not affected by telemetry that throws", async () => {
    const broken = () => {
      throw new Error("broken");
    };
    const telemetry: Telemetry = {
      tracer: { startSpan: broken },
      meter: { createCounter: () => ({ add: broken }), createHistogram: () => ({ record: broken }) },
    };
    const { receiver, deliver, record, errors } = await openReceiver({ telemetry });
    const seen = record();
    expect((await deliver(toneEntry(1))).status).toBe(202);
    await receiver.drain();
    expect([seen.length, errors]).toEqual([1, []]);
  });
});

it("telemetry accepts a tracer and a meter of OpenTelemetry", () => {
  expectTypeOf<{ tracer: Tracer; meter: Meter }>().toExtend<Telemetry>();
});
