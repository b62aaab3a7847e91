import type { Timer } from "@graph-dtmf/models";
import { onAbort } from "@graph-dtmf/models/internal";
import type { Exchanged } from "./exchange.ts";
import type { HttpRequest, HttpTransportOptions } from "./http-transport.ts";

const CONNECT_TIMEOUT_MS = 10_000;
/** Answers of the calls API are below 4 KiB. */
const LONGEST_ANSWER = 1024 * 1024;

/** One request under way: a transport tells it how far it got, and it tells the transport when to break it off. */
export class Attempt {
  readonly exchanged: Promise<Exchanged>;
  readonly #options: HttpTransportOptions;
  readonly #stop: (cause: Error) => void;
  /** What is known by now; the answer's body, or why there is none, makes it whole. */
  #known: Pick<Exchanged, "phase" | "status" | "headers"> = { phase: "notSent" };
  #resolve: (exchanged: Exchanged) => void = () => {};
  #isOver = false;
  #timer: Timer | undefined;
  #deaf: (() => void) | undefined;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  /** `stop` is called once, if the caller or the clock has had enough of it. */
  constructor(request: HttpRequest, options: HttpTransportOptions, stop: (cause: Error) => void) {
    const { signal, connectWithinMs = CONNECT_TIMEOUT_MS } = request;
    this.#options = options;
    this.#stop = stop;
    this.exchanged = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    if (signal) this.#deaf = onAbort(signal, () => this.#giveUp(asError(signal.reason)));
    this.#timeOut(Math.min(CONNECT_TIMEOUT_MS, connectWithinMs), "connection");
    if (signal?.aborted) this.#giveUp(asError(signal.reason));
  }

  /** Whether it may leave: once, and not after it was given up. */
  get mayLeave(): boolean {
    return !this.#isOver && this.#known.phase === "notSent";
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The connection stands, and bytes leave. */
  leaves(): void {
    this.#known = { phase: "sent" };
    this.#timeOut(this.#options.responseTimeoutMs, "answer");
  }

  answered(status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#known = { phase: "answered", status, headers: singleHeaders(headers) };
  }

  /** Some of the answer's body. One that is too long is broken off. */
  take(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length > LONGEST_ANSWER) this.#giveUp(failure("EMSGSIZE", "the answer is too long"));
    else this.#chunks.push(chunk);
  }

  /** The answer's body is whole. */
  complete(): void {
    const [first] = this.#chunks;
    const bytes = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#end(parseBody(bytes.toString("utf8")));
  }

  /** No answer will come, or no more of it. */
  breakOff(cause: Error): void {
    this.#end({ cause: withoutBytes(cause) });
  }

  #giveUp(cause: Error): void {
    this.#stop(cause);
    // Not left to the transport's events: there are none as long as it waits for a connection.
    this.breakOff(cause);
  }

  #end(rest: Pick<Exchanged, "body" | "cause">): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer?.cancel();
    this.#deaf?.();
    this.#resolve({ ...this.#known, ...rest });
  }

  #timeOut(afterMs: number, missing: string): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(afterMs, () =>
      this.#giveUp(failure("ETIMEDOUT", `no ${missing} within ${afterMs} ms`)),
    );
  }
}

/** Of what may be there only once, the first counts. */
const SINGLE = new Set(["content-length", "content-type", "location", "retry-after", "set-cookie"]);

function singleHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const single: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name] ?? "";
    single[name] = typeof value === "string" ? value : SINGLE.has(name) ? (value[0] ?? "") : value.join(", ");
  }
  return single;
}

/** Content types lie: keepAlive is answered with text/plain and nothing, errors with JSON under text/html. */
function parseBody(text: string): { body?: unknown } {
  if (text === "") return {};
  try {
    return { body: JSON.parse(text) };
  } catch {
    return { body: text };
  }
}

/** Parsers' errors carry the bytes that they could not read: they may hold what must not be printed. */
function withoutBytes(cause: Error): Error {
  for (const bytes of ["rawPacket", "data"]) Reflect.deleteProperty(cause, bytes);
  return cause;
}

export function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : failure("ABORT_ERR", "aborted");
}
