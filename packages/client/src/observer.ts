import type { Clock, LogFields, Logger, Telemetry, TelemetryAttributes, TelemetrySpan } from "@graph-dtmf/models";
import { ignoreErrors } from "@graph-dtmf/models/internal";
import type { Exchanged } from "./transport/exchange.ts";

/** What is asked of Graph, by names and ids alone. */
export interface ObservedRequest {
  /** The action, as Graph spells it: `sendDtmfTones`, `createCall` … */
  action: string;
  method: string;
  clientRequestId: string;
  callId?: string | undefined;
  tenantId?: string | undefined;
}

/** Is told how one request goes. None of it throws. */
export interface Observation {
  /** One attempt was made. */
  attempted(exchanged: Exchanged): void;
  /** Graph named what it made. */
  made(ids: { callId?: string; operationId?: string; clientContext?: string }): void;
}

/** Watches requests for whoever runs the bot. What it is given throws never, and changes nothing. */
export interface Observer {
  observe<T>(request: ObservedRequest, run: (observation: Observation) => Promise<T>): Promise<T>;
}

/** What observers tell. */
export interface ObserverOptions {
  clock: Clock;
  baseUrl: string;
  telemetry?: Telemetry | undefined;
  logger?: Logger | undefined;
}

/** As OpenTelemetry numbers them. */
const [CLIENT, FAILED] = [2, 2];
const UNSEEN: Observation = { attempted() {}, made() {} };

/** Spans and lines have ids, measurements have none: there are as many time series as combinations of attributes. */
export function createObserver({ clock, baseUrl, telemetry, logger }: ObserverOptions): Observer {
  if (!telemetry && !logger) return { observe: (_, run) => run(UNSEEN) };
  const { tracer, meter } = telemetry ?? {};
  const { hostname, port, protocol } = new URL(baseUrl);
  const server = { "server.address": hostname, "server.port": Number(port) || (protocol === "https:" ? 443 : 80) };
  const durations = ignoreErrors(() => meter?.createHistogram("graph_dtmf.request.duration", { unit: "s" }));
  const resends = ignoreErrors(() => meter?.createCounter("graph_dtmf.resends", { unit: "{request}" }));
  return {
    async observe(request, run) {
      const startedMs = clock.now();
      const what = { "graph_dtmf.action": request.action, "http.request.method": request.method, ...server };
      const span = ignoreErrors(() =>
        tracer?.startSpan(`graph_dtmf.${request.action}`, { kind: CLIENT, attributes: { ...what, ...idsOf(request) } }),
      );
      const seen = new Seen(request, { logger, span, clock });
      const end = (error?: unknown): void => {
        const facts = { ...statusOf(seen.status), ...(error !== undefined && { "error.type": codeOf(error) }) };
        ignoreErrors(() => durations?.record((clock.now() - startedMs) / 1000, { ...what, ...facts }));
        if (seen.attempts > 1)
          ignoreErrors(() => resends?.add(seen.attempts - 1, { "graph_dtmf.action": request.action }));
        ignoreErrors(() =>
          span?.setAttributes({ ...facts, "http.request.resend_count": Math.max(0, seen.attempts - 1) }),
        );
        if (error !== undefined) ignoreErrors(() => span?.setStatus({ code: FAILED }));
        ignoreErrors(() => span?.end());
        seen.ended(error, clock.now() - startedMs);
      };
      try {
        const result = await run(seen);
        end();
        return result;
      } catch (error) {
        end(error);
        throw error;
      }
    },
  };
}

/** One request, as its attempts are seen. */
class Seen implements Observation {
  attempts = 0;
  status: number | undefined;
  readonly #request: ObservedRequest;
  readonly #tools: { logger: Logger | undefined; span: TelemetrySpan | undefined; clock: Clock };
  #ids: LogFields = {};

  constructor(
    request: ObservedRequest,
    tools: { logger: Logger | undefined; span: TelemetrySpan | undefined; clock: Clock },
  ) {
    this.#request = request;
    this.#tools = tools;
  }

  attempted({ phase, status, headers }: Exchanged): void {
    this.attempts++;
    this.status = status;
    const requestId = headers?.["request-id"]?.slice(0, LONGEST_ID);
    this.#log("debug", "graph-dtmf: one attempt of a request was made", {
      attempt: this.attempts,
      phase,
      status,
      requestId,
    });
  }

  made(ids: { callId?: string; operationId?: string; clientContext?: string }): void {
    this.#ids = ids;
    ignoreErrors(() => this.#tools.span?.setAttributes(idsOf(ids)));
  }

  ended(error: unknown, durationMs: number): void {
    const fields = { ...this.#ids, attempts: this.attempts, status: this.status, durationMs };
    const code = error === undefined ? undefined : codeOf(error);
    if (code === undefined) this.#log("debug", "graph-dtmf: Graph took a request", fields);
    // Somebody has to look at what may or may not have been done; the rest is the caller's, who has the error.
    else if (code === "delivery_unknown")
      this.#log("warn", "graph-dtmf: nobody knows what became of a request", fields);
    else this.#log("info", "graph-dtmf: a request failed", { ...fields, code });
  }

  #log(level: "debug" | "info" | "warn", message: string, fields: LogFields): void {
    ignoreErrors(() => this.#tools.logger?.[level](message, { ...this.#request, ...fields }));
  }
}

/** Graph's ids are far shorter. */
const LONGEST_ID = 100;

const NAMES = {
  callId: "graph_dtmf.call.id",
  tenantId: "graph_dtmf.tenant.id",
  operationId: "graph_dtmf.operation.id",
  clientContext: "graph_dtmf.client_context",
  clientRequestId: "graph_dtmf.client_request.id",
} as const;

function idsOf(ids: { [Name in keyof typeof NAMES]?: string | undefined }): TelemetryAttributes {
  const attributes: TelemetryAttributes = {};
  for (const [name, attribute] of Object.entries(NAMES)) {
    const id = ids[name as keyof typeof NAMES];
    if (id !== undefined) attributes[attribute] = id;
  }
  return attributes;
}

function statusOf(status: number | undefined): TelemetryAttributes {
  return status === undefined ? {} : { "http.response.status_code": status };
}

/** Our code, or the kind of error; never a text, which may hold anything. */
function codeOf(error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown };
  if (typeof code === "string") return code;
  return typeof name === "string" ? name : "unknown";
}
