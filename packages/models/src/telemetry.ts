/** Facts beside a span or a measurement: ids, counts, codes. Never tones, tokens or bodies. */
export type TelemetryAttributes = Record<string, string | number | boolean>;

/** One thing that took its time. `Span` of `@opentelemetry/api` fits. */
export interface TelemetrySpan {
  setAttributes(attributes: TelemetryAttributes): unknown;
  /** `code` 1 is success, 2 is failure. */
  setStatus(status: { code: number }): unknown;
  end(): void;
}

/** Makes spans. `Tracer` of `@opentelemetry/api` fits. */
export interface TelemetryTracer {
  /** `kind` 1 is a server's, 2 a client's, 4 a consumer's. */
  startSpan(name: string, options?: { kind?: number; attributes?: TelemetryAttributes }): TelemetrySpan;
}

/** What an instrument is for. */
export interface TelemetryInstrumentOptions {
  description?: string;
  /** As UCUM writes it: `s`, `{notification}`. */
  unit?: string;
}

/** A count that is kept elsewhere: whoever collects measurements asks for it. */
export interface TelemetryObservable {
  addCallback(callback: (result: { observe(value: number, attributes?: TelemetryAttributes): void }) => void): void;
}

/** Makes instruments. `Meter` of `@opentelemetry/api` fits; one of your own may lack those that are observed. */
export interface TelemetryMeter {
  createCounter(
    name: string,
    options?: TelemetryInstrumentOptions,
  ): { add(value: number, attributes?: TelemetryAttributes): void };
  createHistogram(
    name: string,
    options?: TelemetryInstrumentOptions,
  ): { record(value: number, attributes?: TelemetryAttributes): void };
  /** Of what only grows. */
  createObservableCounter?(name: string, options?: TelemetryInstrumentOptions): TelemetryObservable;
  /** Of what rises and falls, and can be added up over instances. */
  createObservableUpDownCounter?(name: string, options?: TelemetryInstrumentOptions): TelemetryObservable;
}

/** Where spans and measurements go, in the shapes of OpenTelemetry, on which nothing here depends. */
export interface Telemetry {
  tracer?: TelemetryTracer;
  meter?: TelemetryMeter;
}
