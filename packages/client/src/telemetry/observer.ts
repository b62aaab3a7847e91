import type { Clock, Logger, Telemetry } from "@graph-dtmf/models";
import { ignoreErrors } from "@graph-dtmf/models/internal";
import { errorCode, toIdAttributes, toStatusAttributes } from "./attributes.ts";
import { type Observation, type ObservedRequest, RequestObservation } from "./request-observation.ts";

/** Writes logs, spans and metrics for requests. Its loggers and tracers cannot make a request fail or change its result. */
export interface Observer {
  observe<T>(request: ObservedRequest, run: (observation: Observation) => Promise<T>): Promise<T>;
}

/** The options of {@link createObserver}. */
interface ObserverOptions {
  clock: Clock;
  baseUrl: string;
  telemetry?: Telemetry | undefined;
  logger?: Logger | undefined;
}

/** Values of `SpanKind` and `SpanStatusCode` in OpenTelemetry. */
const [SPAN_KIND_CLIENT, SPAN_STATUS_ERROR] = [2, 2];
const NO_OBSERVATION: Observation = { recordAttempt() {}, recordIds() {} };

/**
 * Creates an observer. Ids are in spans and logs only: as attributes of metrics they would create a time series for
 * every request.
 */
export function createObserver({ clock, baseUrl, telemetry, logger }: ObserverOptions): Observer {
  if (!telemetry && !logger) return { observe: (_, run) => run(NO_OBSERVATION) };
  const { tracer, meter } = telemetry ?? {};
  const { hostname, port, protocol } = new URL(baseUrl);
  const server = { "server.address": hostname, "server.port": Number(port) || (protocol === "https:" ? 443 : 80) };
  const durations = ignoreErrors(() => meter?.createHistogram("graph_dtmf.request.duration", { unit: "s" }));
  const resends = ignoreErrors(() => meter?.createCounter("graph_dtmf.resends", { unit: "{request}" }));
  return {
    async observe(request, run) {
      const startedMs = clock.now();
      const action = { "graph_dtmf.action": request.action };
      const common = { ...action, "http.request.method": request.method, ...server };
      const span = ignoreErrors(() =>
        tracer?.startSpan(`graph_dtmf.${request.action}`, {
          kind: SPAN_KIND_CLIENT,
          attributes: { ...common, ...toIdAttributes(request) },
        }),
      );
      const observation = new RequestObservation(request, { logger, span });
      const end = (error?: unknown): void => {
        const resendCount = Math.max(0, observation.attempts - 1);
        const result = {
          ...toStatusAttributes(observation.status),
          ...(error !== undefined && { "error.type": errorCode(error) }),
        };
        ignoreErrors(() => durations?.record((clock.now() - startedMs) / 1000, { ...common, ...result }));
        if (resendCount > 0) ignoreErrors(() => resends?.add(resendCount, action));
        ignoreErrors(() => span?.setAttributes({ ...result, "http.request.resend_count": resendCount }));
        if (error !== undefined) ignoreErrors(() => span?.setStatus({ code: SPAN_STATUS_ERROR }));
        ignoreErrors(() => span?.end());
        observation.logEnd(error, clock.now() - startedMs);
      };
      try {
        const result = await run(observation);
        end();
        return result;
      } catch (error) {
        end(error);
        throw error;
      }
    },
  };
}
