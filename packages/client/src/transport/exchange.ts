import { Client, type Context, ResponseType } from "@microsoft/microsoft-graph-client";
import type { ExchangeResult, HttpTransport } from "./http-transport.ts";

/** One request to Graph, with its token and its ids in the headers. */
export interface GraphRequest {
  method: "GET" | "POST" | "DELETE";
  /** The path below the API version. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: unknown;
  /** The time limit for connecting, in milliseconds. Default and maximum 10,000. */
  connectTimeoutMs?: number;
  signal?: AbortSignal;
}

/** Sends one request and returns its result. It never throws. */
export type Exchange = (request: GraphRequest) => Promise<ExchangeResult>;

/** Carries the result of one request out of the middleware. */
interface ResultSlot {
  result?: Promise<ExchangeResult>;
}

/**
 * Creates a function that sends requests through graph-client. Its middleware chain contains only our middleware, which
 * forwards the request to the transport. It has no handler that retries, follows redirects or adds tokens. The response
 * bypasses graph-client, which would hide the status and the headers of errors.
 */
export function createExchange(options: { baseUrl: string; version: string; transport: HttpTransport }): Exchange {
  const client = Client.initWithMiddleware({
    baseUrl: options.baseUrl,
    defaultVersion: options.version,
    middleware: { execute: async (context) => forwardToTransport(context, options.transport) },
  });
  return async ({ method, path, headers, body, connectTimeoutMs, signal }) => {
    const slot: ResultSlot = {};
    const request = client
      .api(path)
      .headers({ ...headers })
      .responseType(ResponseType.RAW)
      .options({ slot, signal, connectTimeoutMs });
    try {
      if (method === "POST") await request.post(body);
      else if (method === "GET") await request.get();
      else await request.delete();
      if (!slot.result) throw new Error("graph-client did not run the middleware");
    } catch (cause) {
      // Nothing was sent if our middleware did not run. Otherwise the transport reports what happened.
      if (!slot.result) return { phase: "notSent", cause };
    }
    return await slot.result;
  };
}

function forwardToTransport(context: Context, transport: HttpTransport): void {
  const { method, headers, body, connectTimeoutMs, signal, slot } = context.options as {
    method: string;
    headers: Record<string, string>;
    body?: string;
    connectTimeoutMs?: number;
    signal?: AbortSignal;
    slot: ResultSlot;
  };
  slot.result = transport.send({
    url: String(context.request),
    method,
    headers,
    ...(connectTimeoutMs !== undefined && { connectTimeoutMs }),
    ...(body !== undefined && { body }),
    ...(signal && { signal }),
  });
}
