import type { Agent, Dispatcher } from "undici";
import { Attempt, failure } from "./attempt.ts";
import type { HttpRequest, HttpTransport, HttpTransportOptions } from "./http-transport.ts";

/** Servers commonly drop idle connections after 5 s; one that is dropped while we write looks like an unknown delivery. */
const IDLE_SOCKET_MS = 4_000;

/** A transport over connections of our own, which undici keeps: at half the cost of node:http. */
export function createPoolTransport(options: HttpTransportOptions): HttpTransport {
  // It takes a tenth of a second to load: here, at the start, and not in the middle of a call.
  const loading = loadAgent();
  let agent: Agent | undefined;
  loading.then(
    (loaded) => {
      agent = loaded;
    },
    // Each request tells.
    () => {},
  );
  return {
    send(request) {
      const dispatch = new Dispatch(request, options);
      if (agent) dispatch.to(agent);
      else {
        loading.then(
          (loaded) => dispatch.to(loaded),
          (cause) => dispatch.failed(cause),
        );
      }
      return dispatch.exchanged;
    },
    async close() {
      await loading.then((loaded) => loaded.destroy()).catch(() => {});
    },
  };
}

async function loadAgent(): Promise<Agent> {
  const { Agent } = await import("undici");
  return new Agent({
    keepAliveTimeout: IDLE_SOCKET_MS,
    keepAliveMaxTimeout: IDLE_SOCKET_MS,
    // An attempt has its own times, which are exact.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** One request, handed to undici. */
class Dispatch implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest;
  readonly #attempt: Attempt;
  #controller: Dispatcher.DispatchController | undefined;

  constructor(request: HttpRequest, options: HttpTransportOptions) {
    this.#request = request;
    this.#attempt = new Attempt(request, options, (cause) => this.#controller?.abort(cause));
  }

  get exchanged(): Attempt["exchanged"] {
    return this.#attempt.exchanged;
  }

  to(agent: Agent): void {
    if (this.#attempt.isOver) return;
    const { url, method, headers, body = null } = this.#request;
    try {
      const { origin, pathname, search } = new URL(url);
      agent.dispatch({ origin, path: pathname + search, method, headers, body }, this);
    } catch (cause) {
      this.failed(cause as Error);
    }
  }

  failed(cause: Error): void {
    this.#attempt.breakOff(cause);
  }

  /** The connection stands; the request is written when this returns, unless it was aborted. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while it waited for the connection; or undici is about to write it once more, which it must not.
    if (!this.#attempt.mayLeave) {
      controller.abort(failure("ABORT_ERR", "it must not leave any more"));
      return;
    }
    this.#controller = controller;
    this.#attempt.leaves();
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    // What comes before the answer, as early hints, is none.
    if (status >= 200) this.#attempt.answered(status, headers);
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#attempt.take(chunk);
  }

  onResponseEnd(): void {
    this.#attempt.complete();
  }

  onResponseError(_: unknown, cause: Error): void {
    this.#attempt.breakOff(cause);
  }
}
