import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { type Clock, systemClock } from "@graph-dtmf/models";

/**
 * The most connections at a time to one host. That is enough for notifications of a thousand calls at once. More could
 * exceed the backlog of the bot's listening socket.
 */
const MAX_SOCKETS = 256;

/** Options of a callback client. */
export interface CallbackClientOptions {
  /** How long a connected callback may take for its whole response. */
  timeoutMs: number;
  /** The clock of `timeoutMs`. Default: the system clock. */
  clock?: Clock;
  /** CA certificates in PEM, trusted instead of those of Node.js. */
  ca?: string | undefined;
}

/** A POST request to a callback. */
interface CallbackRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

/** The response of a callback. */
export interface CallbackResponse {
  status: number;
  location?: string;
}

/**
 * Posts to callbacks over http and https.
 *
 * Each request has its own connection: a kept one could be closed by the bot at the moment when it is used again.
 */
export class CallbackClient {
  readonly #agents: { "http:": HttpAgent; "https:": HttpsAgent };
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #pending = new Set<ClientRequest>();

  constructor({ timeoutMs, ca, clock = systemClock }: CallbackClientOptions) {
    const maxSockets = MAX_SOCKETS;
    this.#agents = {
      "http:": new HttpAgent({ maxSockets }),
      "https:": new HttpsAgent({ maxSockets, ...(ca !== undefined && { ca }) }),
    };
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  /** @throws Error with the reason if there is no response. */
  post({ url, headers, body }: CallbackRequest): Promise<CallbackResponse> {
    const { protocol } = new URL(url);
    const secure = protocol === "https:";
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(url, {
        method: "POST",
        agent: this.#agents[secure ? "https:" : "http:"],
        headers: { ...headers, "Content-Length": String(body.length), Connection: "close" },
      });
      this.#pending.add(request);
      request.once("close", () => this.#pending.delete(request));
      // This timeout uses the system clock by default, not the clock of the calls: a test that advances its clock by an
      // hour would otherwise time out a delivery that takes a millisecond.
      const startTimeout = (): void => {
        const timer = this.#clock.after(this.#timeoutMs, () =>
          request.destroy(new Error(`no answer within ${this.#timeoutMs} ms`)),
        );
        request.once("close", () => timer.cancel());
      };
      request.once("socket", startTimeout);
      request.once("error", reject);
      request.once("response", (response) => {
        response.once("error", () => {});
        response.resume();
        const { location } = response.headers;
        resolve({ status: response.statusCode ?? 0, ...(location !== undefined && { location }) });
      });
      request.end(body);
    });
  }

  /** Aborts pending requests and closes all connections. */
  close(): void {
    for (const request of this.#pending) request.destroy(new Error("aborted"));
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }
}
