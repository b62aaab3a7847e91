import type { LogFields, Logger, TelemetrySpan } from "@graph-dtmf/models";
import { ignoreErrors } from "@graph-dtmf/models/internal";
import type { ExchangeResult } from "../transport/http-transport.ts";
import { errorCode, type IdAttributes, toIdAttributes } from "./attributes.ts";

/** The names and ids of a request, without its content. */
export interface ObservedRequest {
  /** The action in Graph's spelling: `sendDtmfTones`, `createCall` and so on. */
  action: string;
  method: string;
  clientRequestId: string;
  callId?: string | undefined;
  tenantId?: string | undefined;
}

/** Receives the progress of one request. Its methods never throw. */
export interface Observation {
  /** Records the result of one attempt. */
  recordAttempt(result: ExchangeResult): void;
  /** Records the ids of what Graph created. */
  recordIds(ids: Pick<IdAttributes, "callId" | "operationId" | "clientContext">): void;
}

/** The longest id that is logged. Graph's ids are far shorter. */
const MAX_ID_LENGTH = 100;

/** Logs the attempts and the end of one request, and adds ids to its span. */
export class RequestObservation implements Observation {
  attempts = 0;
  /** The HTTP status of the last attempt. */
  status: number | undefined;
  readonly #request: ObservedRequest;
  readonly #targets: { logger: Logger | undefined; span: TelemetrySpan | undefined };
  #ids: LogFields = {};

  constructor(request: ObservedRequest, targets: { logger: Logger | undefined; span: TelemetrySpan | undefined }) {
    this.#request = request;
    this.#targets = targets;
  }

  recordAttempt({ phase, status, headers }: ExchangeResult): void {
    this.attempts++;
    this.status = status;
    const requestId = headers?.["request-id"]?.slice(0, MAX_ID_LENGTH);
    this.#log("debug", "graph-dtmf: request attempt", { attempt: this.attempts, phase, status, requestId });
  }

  recordIds(ids: Pick<IdAttributes, "callId" | "operationId" | "clientContext">): void {
    this.#ids = { ...ids };
    ignoreErrors(() => this.#targets.span?.setAttributes(toIdAttributes(ids)));
  }

  logEnd(error: unknown, durationMs: number): void {
    const fields = { ...this.#ids, attempts: this.attempts, status: this.status, durationMs };
    const code = error === undefined ? undefined : errorCode(error);
    if (code === undefined) this.#log("debug", "graph-dtmf: request accepted", fields);
    // Only an unknown delivery is a warning: an operator may have to check it. Other errors reach the caller.
    else if (code === "delivery_unknown") this.#log("warn", "graph-dtmf: delivery unknown", fields);
    else this.#log("info", "graph-dtmf: request failed", { ...fields, code });
  }

  #log(level: "debug" | "info" | "warn", message: string, fields: LogFields): void {
    ignoreErrors(() => this.#targets.logger?.[level](message, { ...this.#request, ...fields }));
  }
}
