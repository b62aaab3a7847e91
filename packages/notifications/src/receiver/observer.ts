import {
  type Clock,
  operationKindOf,
  outcomeOf,
  type Telemetry,
  type TelemetryAttributes,
  type TelemetryMeter,
  type TelemetrySpan,
} from "@graph-dtmf/models";
import { ignoreErrors } from "@graph-dtmf/models/internal";
import type { Notification } from "../parsing/notification.ts";
import type { OperationTracker } from "../tracker/operation-tracker.ts";
import type { BatchItem, BatchItemStatus } from "./notification-batch.ts";
import type { RefusalReason } from "./refusal.ts";

/** The counts of an operation tracker. All are optional, so that other implementations need not count. */
export type OperationCounts = Partial<Pick<OperationTracker, "pending" | "pendingWrites" | "droppedWrites">>;

/** Measures one request. Its methods never throw. */
export interface RequestObserver {
  recordItems(items: readonly ObservedItem[]): void;
  end(status: number, reason?: RefusalReason): void;
}

/** Creates the spans and measurements of a receiver. Its methods never throw. */
export interface Observer {
  startRequest(): RequestObserver;
  /** Measures the handlers of a notification. `run` resolves with whether all of them succeeded. */
  observeHandlers(notification: Notification, run: () => Promise<boolean>): Promise<void>;
}

type ObservedItem = Pick<BatchItem, "notification" | "status">;

/** Values of OpenTelemetry: `SpanKind.INTERNAL`, `SpanKind.CONSUMER`, `SpanStatusCode.ERROR`. */
const [INTERNAL, CONSUMER, ERROR] = [0, 4, 2];

/** Creates an observer. Ids are attributes of spans only, because each value would add a time series to a measurement. */
export function createObserver({ tracer, meter }: Telemetry, clock: Clock, operations: OperationCounts): Observer {
  if (meter) observeCounts(meter, operations);
  const notifications = meter?.createCounter("graph_dtmf.notifications", { unit: "{notification}" });
  const completions = meter?.createCounter("graph_dtmf.completions", { unit: "{operation}" });
  const receiveDuration = meter?.createHistogram("graph_dtmf.receive.duration", { unit: "s" });
  const handleDuration = meter?.createHistogram("graph_dtmf.handle.duration", { unit: "s" });

  const countItem = ({ notification, status }: ObservedItem): void => {
    notifications?.add(1, {
      "graph_dtmf.notification.kind": notification.kind,
      "graph_dtmf.notification.status": status,
    });
    const outcome = status === "new" ? outcomeAttributes(notification) : undefined;
    if (outcome) completions?.add(1, outcome);
  };

  return {
    startRequest() {
      const startMs = clock.now();
      const span = ignoreErrors(() => tracer?.startSpan("graph_dtmf.receive", { kind: CONSUMER }));
      return {
        recordItems: (items) =>
          ignoreErrors(() => {
            for (const item of items) countItem(item);
            span?.setAttributes(requestAttributes(items));
          }),
        end: (status, reason) =>
          ignoreErrors(() => {
            const error = status >= 400 && { "error.type": reason ?? "notStored" };
            const attributes = { "http.response.status_code": status, ...error };
            receiveDuration?.record((clock.now() - startMs) / 1000, attributes);
            span?.setAttributes(attributes);
            endSpan(span, status >= 500);
          }),
      };
    },
    async observeHandlers(notification, run) {
      const startMs = clock.now();
      const attributes = { "graph_dtmf.notification.kind": notification.kind };
      const span = ignoreErrors(() =>
        tracer?.startSpan("graph_dtmf.handle", { kind: INTERNAL, attributes: notificationAttributes(notification) }),
      );
      const isSuccess = await run();
      ignoreErrors(() => {
        const error = !isSuccess && { "error.type": "handler" };
        handleDuration?.record((clock.now() - startMs) / 1000, { ...attributes, ...error });
        endSpan(span, !isSuccess);
      });
    },
  };
}

function observeCounts(meter: TelemetryMeter, operations: OperationCounts): void {
  const pending = meter.createObservableUpDownCounter?.("graph_dtmf.operations.pending", {
    description: "Pending operations.",
    unit: "{operation}",
  });
  const pendingWrites = meter.createObservableUpDownCounter?.("graph_dtmf.store.pending_writes", {
    description: "Ends of operations and calls that wait until the store is available.",
    unit: "{end}",
  });
  const droppedWrites = meter.createObservableCounter?.("graph_dtmf.store.dropped_writes", {
    description: "Ends of operations and calls that were never stored, because too many were waiting.",
    unit: "{end}",
  });
  const counters = [
    { counter: pending, name: "pending" },
    { counter: pendingWrites, name: "pendingWrites" },
    { counter: droppedWrites, name: "droppedWrites" },
  ] as const;
  for (const { counter, name } of counters) {
    counter?.addCallback((result) => {
      const count = operations[name];
      if (count !== undefined) result.observe(count);
    });
  }
}

function endSpan(span: TelemetrySpan | undefined, isError: boolean): void {
  if (isError) span?.setStatus({ code: ERROR });
  span?.end();
}

function requestAttributes(items: readonly ObservedItem[]): TelemetryAttributes {
  const count = (status: BatchItemStatus): number => items.filter((item) => item.status === status).length;
  const [only] = items;
  return {
    "graph_dtmf.notifications": items.length,
    "graph_dtmf.seen": count("seen"),
    "graph_dtmf.not_stored": count("notStored"),
    // A batch can concern several calls, so it has no ids.
    ...(items.length === 1 && only && notificationAttributes(only.notification)),
  };
}

function notificationAttributes(notification: Notification): TelemetryAttributes {
  const { kind, callId, tenantId } = notification;
  return {
    "graph_dtmf.notification.kind": kind,
    ...(callId !== undefined && { "graph_dtmf.call.id": callId }),
    ...(tenantId !== undefined && { "graph_dtmf.tenant.id": tenantId }),
    ...(kind === "operation" && { "graph_dtmf.operation.id": notification.operationId }),
    ...outcomeAttributes(notification),
  };
}

/** Returns `undefined` unless the notification reports the end of an operation. */
function outcomeAttributes(notification: Notification): TelemetryAttributes | undefined {
  if (notification.kind !== "operation") return undefined;
  const { operation } = notification;
  const result = outcomeOf(operation);
  return (
    result && {
      "graph_dtmf.operation.kind": operationKindOf(operation["@odata.type"]) ?? "unknown",
      "graph_dtmf.outcome": result.outcome,
    }
  );
}
