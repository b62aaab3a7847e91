import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { type Clock, onAbort, type Timer } from "@graph-dtmf/models";
import type { Exchanged } from "./exchange.ts";

/** One HTTP request, ready for the wire. */
export interface HttpRequest {
  url: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** How long making a connection may take, in milliseconds; 10,000 at most, which is the default. */
  connectWithinMs?: number;
  signal?: AbortSignal;
}

/** Sends single requests and tells how far each got. It never throws, never retries, follows no redirect. */
export interface HttpTransport {
  send(request: HttpRequest): Promise<Exchanged>;
  /** Lets requests under way end, then closes the connections. */
  close(): Promise<void>;
}

/** What a transport is made of. */
export interface HttpTransportOptions {
  clock: Clock;
  responseTimeoutMs: number;
  /** Makes the connections instead of ours: a proxy agent, for example. It is the caller's, and stays open. */
  agent?: HttpAgent;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Servers commonly drop idle connections after 5 s; one that is dropped while we write looks like an unknown delivery. */
const IDLE_SOCKET_MS = 4_000;
/** Answers of the calls API are below 4 KiB. */
const LONGEST_ANSWER = 1024 * 1024;

/**
 * A transport on node:http and node:https.
 *
 * It waits until a connection stands before it hands over a single byte, so that a request that could not connect is
 * certainly unsent.
 */
export function createHttpTransport(options: HttpTransportOptions): HttpTransport {
  const owned = options.agent
    ? []
    : [HttpAgent, HttpsAgent].map((Agent) => new Agent({ keepAlive: true, timeout: IDLE_SOCKET_MS }));
  const [http, https] = owned;
  const underWay = new Set<Promise<Exchanged>>();
  return {
    send(request) {
      const { url, method, headers } = request;
      const secure = url.startsWith("https:");
      const agent = options.agent ?? (secure ? https : http);
      let outgoing: ClientRequest;
      try {
        outgoing = (secure ? httpsRequest : httpRequest)(url, { method, headers, agent });
      } catch (cause) {
        // An agent for the other protocol, for example.
        return Promise.resolve({ phase: "notSent", cause });
      }
      const exchanged = new Attempt(request, options).run(outgoing);
      underWay.add(exchanged);
      const forget = (): unknown => underWay.delete(exchanged);
      exchanged.then(forget, forget);
      return exchanged;
    },
    async close() {
      await Promise.all(underWay);
      for (const agent of owned) agent.destroy();
    },
  };
}

/** One request under way. */
class Attempt {
  readonly #request: HttpRequest;
  readonly #options: HttpTransportOptions;
  /** What is known by now; the answer's body, or why there is none, makes it whole. */
  #known: Pick<Exchanged, "phase" | "status" | "headers"> = { phase: "notSent" };
  #timer: Timer | undefined;

  constructor(request: HttpRequest, options: HttpTransportOptions) {
    this.#request = request;
    this.#options = options;
  }

  run(outgoing: ClientRequest): Promise<Exchanged> {
    const { signal, connectWithinMs = CONNECT_TIMEOUT_MS } = this.#request;
    return new Promise<Exchanged>((resolve) => {
      let ended = false;
      let stopListening: (() => void) | undefined;
      const end = (rest: Pick<Exchanged, "body" | "cause">): void => {
        ended = true;
        this.#timer?.cancel();
        stopListening?.();
        resolve({ ...this.#known, ...rest });
      };
      const breakOff = (cause: Error): void => end({ cause: withoutBytes(cause) });
      const giveUp = (cause: Error): void => {
        outgoing.destroy(cause);
        // Not left to its events: there are none as long as it waits for its agent to have a connection free.
        breakOff(cause);
      };
      outgoing.on("error", breakOff);
      // First of all, so that nothing can leave if the signal is one that cannot be listened to.
      if (signal) stopListening = onAbort(signal, () => giveUp(asError(signal.reason)));
      this.#timeOut(Math.min(CONNECT_TIMEOUT_MS, connectWithinMs), "connection", giveUp);
      outgoing.on("close", () => {
        // Only then: every request ends with this, and an error, with its stack, is not made for nothing.
        if (!ended) breakOff(failure("ECONNRESET", "the connection was closed"));
      });
      outgoing.on("socket", (socket) => onceConnected(socket, () => this.#write(outgoing, giveUp)));
      outgoing.on("response", (response) => {
        this.#known = { phase: "answered", status: response.statusCode ?? 0, headers: firstHeaders(response) };
        response.on("error", breakOff);
        readAnswer(response, (text) => end(parseBody(text)));
      });
      if (signal?.aborted) giveUp(asError(signal.reason));
    });
  }

  #write(outgoing: ClientRequest, giveUp: (cause: Error) => void): void {
    if (outgoing.destroyed) return;
    this.#known = { phase: "sent" };
    this.#timeOut(this.#options.responseTimeoutMs, "answer", giveUp);
    outgoing.end(this.#request.body);
  }

  #timeOut(afterMs: number, missing: string, giveUp: (cause: Error) => void): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(afterMs, () =>
      giveUp(failure("ETIMEDOUT", `no ${missing} within ${afterMs} ms`)),
    );
  }
}

/** Calls back when bytes would really leave: at once on a connection that is used again or that a proxy agent made. */
function onceConnected(socket: Socket, connected: () => void): void {
  const tls = socket as Socket & { secureConnecting?: boolean; encrypted?: boolean };
  // It failed before it was ours, as where there is no network; its error is on the way.
  if (tls.destroyed) return;
  if (!tls.connecting && !tls.secureConnecting) connected();
  else socket.once(tls.encrypted ? "secureConnect" : "connect", connected);
}

/** Calls back with the whole text of an answer; one that is too long is broken off. */
function readAnswer(response: IncomingMessage, whole: (text: string) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > LONGEST_ANSWER) response.destroy(failure("EMSGSIZE", "the answer is too long"));
    else chunks.push(chunk);
  });
  response.on("end", () => whole(Buffer.concat(chunks).toString("utf8")));
}

function firstHeaders({ headers }: IncomingMessage): Record<string, string> {
  const first: Record<string, string> = {};
  for (const [name, value = ""] of Object.entries(headers)) {
    first[name] = Array.isArray(value) ? (value[0] ?? "") : value;
  }
  return first;
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

/** The parser's errors carry the bytes that it could not read: they may hold what must not be printed. */
function withoutBytes(cause: Error): Error {
  if ("rawPacket" in cause) delete cause.rawPacket;
  return cause;
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : failure("ABORT_ERR", "aborted");
}
