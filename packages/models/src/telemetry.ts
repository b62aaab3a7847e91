/** Attributes of a span or a measurement: ids, counts, codes. Never tones, tokens or bodies. */
export type TelemetryAttributes = Record<string, string | number | boolean>;

/** One timed step. `Span` of `@opentelemetry/api` fits. */
export interface TelemetrySpan {
  setAttributes(attributes: TelemetryAttributes): unknown;
  /** `code` 1 is success, 2 is failure. */
  setStatus(status: { code: number }): unknown;
  end(): void;
}

/** Creates spans. `Tracer` of `@opentelemetry/api` fits. */
export interface TelemetryTracer {
  /** `kind` 1 is server, 2 client, 4 consumer. */
  startSpan(name: string, options?: { kind?: number; attributes?: TelemetryAttributes }): TelemetrySpan;
}

/** Options of an instrument. */
export interface TelemetryInstrumentOptions {
  description?: string;
  /** In UCUM notation: `s`, `{notification}`. */
  unit?: string;
}

/** A count that is read when measurements are collected. */
export interface TelemetryObservable {
  addCallback(callback: (result: { observe(value: number, attributes?: TelemetryAttributes): void }) => void): void;
}

/** Creates instruments. `Meter` of `@opentelemetry/api` fits. An own implementation may omit the observable ones. */
export interface TelemetryMeter {
  createCounter(
    name: string,
    options?: TelemetryInstrumentOptions,
  ): { add(value: number, attributes?: TelemetryAttributes): void };
  createHistogram(
    name: string,
    options?: TelemetryInstrumentOptions,
  ): { record(value: number, attributes?: TelemetryAttributes): void };
  /** For values that only grow. */
  createObservableCounter?(name: string, options?: TelemetryInstrumentOptions): TelemetryObservable;
  /** For values that rise and fall, and add up over instances. */
  createObservableUpDownCounter?(name: string, options?: TelemetryInstrumentOptions): TelemetryObservable;
}

/** Where spans and measurements go, in the interfaces of OpenTelemetry, without a dependency on it. */
export interface Telemetry {
  tracer?: TelemetryTracer;
  meter?: TelemetryMeter;
}
