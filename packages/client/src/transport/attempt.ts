import type { Timer } from "@graph-dtmf/models";
import { onAbort } from "@graph-dtmf/models/internal";
import type { ExchangeResult, HttpRequest, HttpTransportOptions } from "./http-transport.ts";
import { flattenHeaders, parseBody } from "./response-parts.ts";
import { createTransportError, removeRawBytes, toError } from "./transport-error.ts";

const CONNECT_TIMEOUT_MS = 10_000;
/** Responses of the calls API are below 4 KiB. */
const MAX_RESPONSE_BYTES = 1024 * 1024;

/**
 * The state of one HTTP request in flight. A transport reports its progress here. Timeouts, the caller's signal and a
 * response that is too long cancel the request in the transport.
 */
export class Attempt {
  readonly result: Promise<ExchangeResult>;
  readonly #options: HttpTransportOptions;
  readonly #cancelTransport: (cause: Error) => void;
  #progress: Pick<ExchangeResult, "phase" | "status" | "headers"> = { phase: "notSent" };
  #resolve: (result: ExchangeResult) => void = () => {};
  #isSettled = false;
  #timer: Timer | undefined;
  #removeAbortListener: (() => void) | undefined;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  /** @param cancelTransport is called at most once. */
  constructor(request: HttpRequest, options: HttpTransportOptions, cancelTransport: (cause: Error) => void) {
    const { signal, connectTimeoutMs = CONNECT_TIMEOUT_MS } = request;
    this.#options = options;
    this.#cancelTransport = cancelTransport;
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    if (signal) this.#removeAbortListener = onAbort(signal, () => this.#abort(toError(signal.reason)));
    this.#startTimeout(Math.min(CONNECT_TIMEOUT_MS, connectTimeoutMs), "connection");
    if (signal?.aborted) this.#abort(toError(signal.reason));
  }

  /** Whether the request may be written: only once, and not after it was aborted. */
  get canSend(): boolean {
    return !this.#isSettled && this.#progress.phase === "notSent";
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** The connection is established, and the request is written from now on. */
  markSent(): void {
    this.#progress = { phase: "sent" };
    this.#startTimeout(this.#options.responseTimeoutMs, "response");
  }

  markAnswered(status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#progress = { phase: "answered", status, headers: flattenHeaders(headers) };
  }

  /** Appends a part of the response body. Aborts the request if the body becomes too long. */
  appendBody(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length > MAX_RESPONSE_BYTES) this.#abort(createTransportError("EMSGSIZE", "the response is too long"));
    else this.#chunks.push(chunk);
  }

  /** The response body is complete. */
  complete(): void {
    const [first] = this.#chunks;
    const bytes = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#settle(parseBody(bytes.toString("utf8")));
  }

  /** The response does not come, or its body stays incomplete. */
  fail(cause: Error): void {
    this.#settle({ cause: removeRawBytes(cause) });
  }

  #abort(cause: Error): void {
    this.#cancelTransport(cause);
    // The transport emits no event while it waits for a connection.
    this.fail(cause);
  }

  #settle(rest: Pick<ExchangeResult, "body" | "cause">): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#timer?.cancel();
    this.#removeAbortListener?.();
    this.#resolve({ ...this.#progress, ...rest });
  }

  #startTimeout(timeoutMs: number, expected: string): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(timeoutMs, () =>
      this.#abort(createTransportError("ETIMEDOUT", `no ${expected} within ${timeoutMs} ms`)),
    );
  }
}
