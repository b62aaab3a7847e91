import {
  type Clock,
  operationKindOf,
  outcomeOf,
  type Telemetry,
  type TelemetryAttributes,
  type TelemetrySpan,
} from "@graph-dtmf/models";
import { ignoreErrors } from "@graph-dtmf/models/internal";
import type { Notification } from "../parsing/notification.ts";
import { type OperationCounts, observeOperations } from "./observe-operations.ts";
import type { RefusalReason } from "./refusal.ts";

/** A notification that was let in, and what became of it: it may have been heard before, or could not be kept. */
export interface Delivered {
  readonly notification: Notification;
  readonly fate: "new" | "seen" | "notKept";
}

/** One request, as it is measured. None of it throws. */
export interface ObservedRequest {
  delivered(entries: readonly Delivered[]): void;
  answered(status: number, reason?: RefusalReason): void;
}

/** Makes spans and measurements of what a receiver does. None of it throws. */
export interface Observer {
  request(): ObservedRequest;
  /** `run` tells whether all handlers succeeded. */
  handle(notification: Notification, run: () => Promise<boolean>): Promise<void>;
}

/** As OpenTelemetry numbers them. */
const [INTERNAL, CONSUMER, FAILED] = [0, 4, 2];

/** Spans have ids, measurements have none: there are as many time series as there are combinations of attributes. */
export function createObserver({ tracer, meter }: Telemetry, clock: Clock, operations: OperationCounts): Observer {
  if (meter) observeOperations(meter, operations);
  const notifications = meter?.createCounter("graph_dtmf.notifications", { unit: "{notification}" });
  const completions = meter?.createCounter("graph_dtmf.completions", { unit: "{operation}" });
  const receiving = meter?.createHistogram("graph_dtmf.receive.duration", { unit: "s" });
  const handling = meter?.createHistogram("graph_dtmf.handle.duration", { unit: "s" });

  const count = ({ notification, fate }: Delivered): void => {
    notifications?.add(1, { "graph_dtmf.notification.kind": notification.kind, "graph_dtmf.fate": fate });
    const ended = fate === "new" ? endOf(notification) : undefined;
    if (ended) completions?.add(1, ended);
  };

  return {
    request() {
      const startedMs = clock.now();
      const span = started(() => tracer?.startSpan("graph_dtmf.receive", { kind: CONSUMER }));
      return {
        delivered: (entries) =>
          ignoreErrors(() => {
            for (const entry of entries) count(entry);
            span?.setAttributes(factsOf(entries));
          }),
        answered: (status, reason) =>
          ignoreErrors(() => {
            const error = status >= 400 && { "error.type": reason ?? "notKept" };
            const attributes = { "http.response.status_code": status, ...error };
            receiving?.record((clock.now() - startedMs) / 1000, attributes);
            span?.setAttributes(attributes);
            end(span, status >= 500);
          }),
      };
    },
    async handle(notification, run) {
      const startedMs = clock.now();
      const attributes = { "graph_dtmf.notification.kind": notification.kind };
      const span = started(() =>
        tracer?.startSpan("graph_dtmf.handle", { kind: INTERNAL, attributes: idsOf(notification) }),
      );
      const isSuccess = await run();
      ignoreErrors(() => {
        const error = !isSuccess && { "error.type": "handler" };
        handling?.record((clock.now() - startedMs) / 1000, { ...attributes, ...error });
        end(span, !isSuccess);
      });
    },
  };
}

function started(start: () => TelemetrySpan | undefined): TelemetrySpan | undefined {
  try {
    return start();
  } catch {
    return undefined;
  }
}

function end(span: TelemetrySpan | undefined, hasFailed: boolean): void {
  if (hasFailed) span?.setStatus({ code: FAILED });
  span?.end();
}

function factsOf(entries: readonly Delivered[]): TelemetryAttributes {
  const count = (fate: Delivered["fate"]): number => entries.filter((entry) => entry.fate === fate).length;
  const [only] = entries;
  return {
    "graph_dtmf.notifications": entries.length,
    "graph_dtmf.seen": count("seen"),
    "graph_dtmf.not_kept": count("notKept"),
    // A batch is of many calls.
    ...(entries.length === 1 && only && idsOf(only.notification)),
  };
}

function idsOf(notification: Notification): TelemetryAttributes {
  const { kind, callId, tenantId } = notification;
  return {
    "graph_dtmf.notification.kind": kind,
    ...(callId !== undefined && { "graph_dtmf.call.id": callId }),
    ...(tenantId !== undefined && { "graph_dtmf.tenant.id": tenantId }),
    ...(kind === "operation" && { "graph_dtmf.operation.id": notification.operationId }),
    ...endOf(notification),
  };
}

/** The end that a notification tells of an operation, if it does. */
function endOf(notification: Notification): TelemetryAttributes | undefined {
  if (notification.kind !== "operation") return undefined;
  const { operation } = notification;
  const ended = outcomeOf(operation);
  return (
    ended && {
      "graph_dtmf.operation.kind": operationKindOf(operation["@odata.type"]) ?? "unknown",
      "graph_dtmf.outcome": ended.outcome,
    }
  );
}
