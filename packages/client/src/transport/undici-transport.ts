import type { Agent, Dispatcher } from "undici";
import { Attempt } from "./attempt.ts";
import type { ExchangeResult, HttpRequest, HttpTransport, HttpTransportOptions } from "./http-transport.ts";
import { createTransportError } from "./transport-error.ts";

/**
 * Servers commonly close idle connections after 5 s. A connection that the server closes while a request is written
 * makes the delivery unknown, so idle connections are closed earlier here.
 */
const KEEP_ALIVE_MS = 4_000;

/** Creates a transport over a connection pool of undici. */
export function createUndiciTransport(options: HttpTransportOptions): HttpTransport {
  // undici takes about 100 ms to load: load it now, not during a call.
  const loading = loadAgent();
  let agent: Agent | undefined;
  loading.then(
    (loaded) => {
      agent = loaded;
    },
    // Each request reports the failure.
    () => {},
  );
  return {
    send(request) {
      const undiciRequest = new UndiciRequest(request, options);
      if (agent) undiciRequest.dispatch(agent);
      else {
        loading.then(
          (loaded) => undiciRequest.dispatch(loaded),
          (cause) => undiciRequest.fail(cause),
        );
      }
      return undiciRequest.result;
    },
    async close() {
      await loading.then((loaded) => loaded.destroy()).catch(() => {});
    },
  };
}

async function loadAgent(): Promise<Agent> {
  const { Agent } = await import("undici");
  return new Agent({
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    // Attempt has exact timeouts of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** Forwards the events of one undici request to an {@link Attempt}. */
class UndiciRequest implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest;
  readonly #attempt: Attempt;
  #controller: Dispatcher.DispatchController | undefined;

  constructor(request: HttpRequest, options: HttpTransportOptions) {
    this.#request = request;
    this.#attempt = new Attempt(request, options, (cause) => this.#controller?.abort(cause));
  }

  get result(): Promise<ExchangeResult> {
    return this.#attempt.result;
  }

  dispatch(agent: Agent): void {
    if (this.#attempt.isSettled) return;
    const { url, method, headers, body = null } = this.#request;
    try {
      const { origin, pathname, search } = new URL(url);
      agent.dispatch({ origin, path: pathname + search, method, headers, body }, this);
    } catch (cause) {
      this.fail(cause as Error);
    }
  }

  fail(cause: Error): void {
    this.#attempt.fail(cause);
  }

  /** The connection is established. undici writes the request after this returns, unless it is aborted here. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // The request was aborted while it waited for a connection, or undici would write it a second time.
    if (!this.#attempt.canSend) {
      controller.abort(createTransportError("ABORT_ERR", "the request must not be sent any more"));
      return;
    }
    this.#controller = controller;
    this.#attempt.markSent();
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    // Interim responses such as 103 Early Hints are not the response.
    if (status >= 200) this.#attempt.markAnswered(status, headers);
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#attempt.appendBody(chunk);
  }

  onResponseEnd(): void {
    this.#attempt.complete();
  }

  onResponseError(_: unknown, cause: Error): void {
    this.#attempt.fail(cause);
  }
}
