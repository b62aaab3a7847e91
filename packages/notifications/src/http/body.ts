import type { Clock } from "@graph-dtmf/models";

/** Limits for reading a body. */
export interface BodyLimits {
  maxBytes: number;
  /** For the whole body, from the start of reading. */
  timeoutMs: number;
  clock: Clock;
}

/** Why a body cannot be read. */
export type BodyFault = "tooLarge" | "tooSlow" | "incomplete" | "alreadyRead";

/** The body, as bytes, as text, or as parsed by a framework; otherwise the reason why there is none. */
export type BodyReading = { readonly body: unknown } | { readonly fault: BodyFault };

/** Receives a body in chunks. It ignores calls after `end`, after `abort`, and after a limit is reached. */
export interface BodySink {
  chunk(bytes: Uint8Array): void;
  end(): void;
  /** The connection ended before the body. */
  abort(): void;
}

/**
 * Starts to send a body to a sink, asynchronously. Returns a function that stops it, which is called once: at the end of
 * the body or before.
 */
export type BodySource = (sink: BodySink) => () => void;

/** Reads a body to its end or to the first limit. Leaves neither a timer nor a listener. */
export function collectBody(source: BodySource, { maxBytes, timeoutMs, clock }: BodyLimits): Promise<BodyReading> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    let isFinished = false;
    const finish = (reading: BodyReading): void => {
      if (isFinished) return;
      isFinished = true;
      timer.cancel();
      stop();
      resolve(reading);
    };
    const timer = clock.after(timeoutMs, () => finish({ fault: "tooSlow" }));
    const stop = source({
      chunk(bytes) {
        length += bytes.length;
        if (length > maxBytes) finish({ fault: "tooLarge" });
        else chunks.push(bytes);
      },
      end: () => finish({ body: concat(chunks, length) }),
      abort: () => finish({ fault: "incomplete" }),
    });
  });
}

function concat(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only) return only;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.length;
  }
  return joined;
}

/**
 * Parses a `Content-Length` header. Returns `NaN` if it has any character other than the digits 0 to 9.
 *
 * @see RFC 9110, section 8.6
 */
export function parseContentLength(contentLength: string): number {
  return /^[0-9]+$/.test(contentLength) ? Number(contentLength) : Number.NaN;
}
