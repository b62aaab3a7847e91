import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { type Clock, systemClock } from "@graph-dtmf/models";

/** Enough to let a thousand calls report at once; few enough not to overrun the backlog of the bot's socket. */
const MAX_SOCKETS = 256;

/** How callbacks are reached. */
export interface CallbackClientOptions {
  /** In real milliseconds. */
  timeoutMs: number;
  /** Whose time that is. Default: the real one. */
  clock?: Clock;
  /** Certificates to trust instead of the usual ones, in PEM. */
  ca?: string | undefined;
}

/** One POST. */
export interface CallbackRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

/** What came back for it. */
export interface CallbackResponse {
  status: number;
  location?: string;
}

/** Posts to callbacks. A connection for each, since a bot may close an idle one just as it is used again. */
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

  /** @throws Error saying why there is no answer. */
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
      // A socket's patience is a matter of real time, also where calls live in a time of their own: a test that moves
      // its clock by an hour would otherwise time out a delivery that takes a millisecond.
      const silence = (): void => {
        const timer = this.#clock.after(this.#timeoutMs, () =>
          request.destroy(new Error(`no answer within ${this.#timeoutMs} ms`)),
        );
        request.once("close", () => timer.cancel());
      };
      request.once("socket", silence);
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

  /** Breaks off what is on its way and closes every connection. */
  close(): void {
    for (const request of this.#pending) request.destroy(new Error("broken off"));
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }
}
