import type { Clock } from "@graph-dtmf/models";
import type { TimerWheel } from "../collections/timer-wheel.ts";

/** How far a body is read. */
export interface BodyLimits {
  maxBytes: number;
  /** For the whole body, counted from when its reading begins. */
  timeoutMs: number;
  clock: Clock;
  /** Time those that most often are there at once: they need no timer each. */
  timerWheel: TimerWheel;
}

/** Why a body could not be had. */
export type BodyFault = "tooLarge" | "tooSlow" | "incomplete" | "alreadyRead";

/** A body: bytes, or what a framework has made of them before; else why there is none. */
export type BodyReading = { readonly body: unknown } | { readonly fault: BodyFault };

/** Takes a body in pieces. After `end`, `broken`, or a limit, it takes no more. */
export interface BodySink {
  chunk(bytes: Uint8Array): void;
  end(): void;
  /** No more will come, and it was not the end. */
  broken(): void;
}

/**
 * Lets a body flow into a sink, and returns what ends that: called once, at the end of the body or before. It calls the
 * sink later, never at once.
 */
export type BodySource = (sink: BodySink) => () => void;

/** Reads a body to its end, or to the first limit that it meets. Leaves neither a timer nor a listener behind. */
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
      end: () => finish({ body: join(chunks, length) }),
      broken: () => finish({ fault: "incomplete" }),
    });
  });
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only) return only;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
