import { Client, type Context, ResponseType } from "@microsoft/microsoft-graph-client";
import type { HttpTransport } from "./http-transport.ts";

/** One request to Graph, complete: path below the version, token and ids in its headers. */
export interface GraphRequest {
  method: "GET" | "POST" | "DELETE";
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: unknown;
  /** How long making a connection may take, in milliseconds; 10,000 at most, which is the default. */
  connectWithinMs?: number;
  signal?: AbortSignal;
}

/** How far a request got, and what came of it. */
export interface Exchanged {
  /**
   * `notSent`: no byte was handed to a socket. `sent`: some were, and no whole answer came. `answered`: status and
   * headers came, and the body if it came whole.
   */
  phase: "notSent" | "sent" | "answered";
  status?: number;
  /** Names in lower case. */
  headers?: Readonly<Record<string, string>>;
  /** The body as JSON, or as the text it was; absent if it was empty or broke off. */
  body?: unknown;
  /** Why there is no answer, or no whole one. */
  cause?: unknown;
}

/** One request and its answer. It never throws. */
export type Exchange = (request: GraphRequest) => Promise<Exchanged>;

/** Where, in the options that graph-client hands to its middleware, one request's exchange is put. */
interface Slot {
  exchanged?: Promise<Exchanged>;
}

/**
 * Sends requests through graph-client with a chain of one middleware: ours, the last. There is no handler in it that
 * retries, follows redirects or adds a token. It hands the request over and is done: the answer passes graph-client by,
 * which would hide much of it.
 */
export function createExchange(options: { baseUrl: string; version: string; transport: HttpTransport }): Exchange {
  const client = Client.initWithMiddleware({
    baseUrl: options.baseUrl,
    defaultVersion: options.version,
    middleware: { execute: async (context) => handOver(context, options.transport) },
  });
  return async ({ method, path, headers, body, connectWithinMs, signal }) => {
    const slot: Slot = {};
    const request = client
      .api(path)
      .headers({ ...headers })
      .responseType(ResponseType.RAW)
      .options({ slot, signal, connectWithinMs });
    try {
      if (method === "POST") await request.post(body);
      else if (method === "GET") await request.get();
      else await request.delete();
      if (!slot.exchanged) throw new Error("graph-client did not run the middleware");
    } catch (cause) {
      // Before our middleware ran nothing can have been sent; after it the transport knows better.
      if (!slot.exchanged) return { phase: "notSent", cause };
    }
    return await slot.exchanged;
  };
}

function handOver(context: Context, transport: HttpTransport): void {
  const { method, headers, body, connectWithinMs, signal, slot } = context.options as {
    method: string;
    headers: Record<string, string>;
    body?: string;
    connectWithinMs?: number;
    signal?: AbortSignal;
    slot: Slot;
  };
  slot.exchanged = transport.send({
    url: String(context.request),
    method,
    headers,
    ...(connectWithinMs !== undefined && { connectWithinMs }),
    ...(body !== undefined && { body }),
    ...(signal && { signal }),
  });
}
