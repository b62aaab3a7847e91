import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { finished } from "node:stream";
import { badRequest, GraphError } from "./graph-error.ts";

/** Larger bodies are answered with 413. */
export const MAX_BODY_BYTES: number = 4 * 1024 * 1024;

/** A request to the simulator. */
export interface HttpRequest {
  method: string;
  /** Without the query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** Scheme and host of the request's URL. */
  origin: string;
  /** @throws GraphError 413 */
  readBody(): Promise<Buffer>;
  /** Resolves when the response was sent, or cannot be sent any more. */
  done: Promise<void>;
}

/** A response. */
export interface HttpResponse {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** Text is sent as HTML, other values as JSON. Absent for no body. */
  body?: unknown;
  /** Resets the connection before the response, or in the middle of its body. */
  reset?: "before" | "middle";
}

/** A certificate and its key, in PEM. */
export interface TlsOptions {
  cert: string;
  key: string;
}

/** Options of the HTTP server. */
interface ListenerOptions {
  host: string;
  port: number;
  /** With it, the server uses https. */
  tls?: TlsOptions | undefined;
  /** Must not reject. */
  handle(request: HttpRequest): Promise<HttpResponse>;
}

/** A listening server. */
interface HttpListener {
  port: number;
  /** Closes the server and all connections, idle or not. */
  close(): Promise<void>;
}

/** Starts the HTTP server. Rejects if the port is in use. */
export async function listen({ host, port, tls, handle }: ListenerOptions): Promise<HttpListener> {
  const scheme = tls ? "https" : "http";
  const onRequest: RequestListener = (request, response) => {
    handle(toHttpRequest(request, response, scheme))
      .then((content) => send(content, { request, response }))
      // A fault may require a response that Node.js cannot write. That must not end the process.
      .catch(() => request.socket.resetAndDestroy());
  };
  const keepAliveTimeout = 60_000;
  const server = tls
    ? createSecureServer({ ...tls, keepAliveTimeout }, onRequest)
    : createServer({ keepAliveTimeout }, onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    // A long backlog, for a thousand bots that connect at the same moment.
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function toHttpRequest(request: IncomingMessage, response: ServerResponse, scheme: "http" | "https"): HttpRequest {
  const { localAddress = "127.0.0.1", localPort = 0 } = request.socket;
  return {
    method: request.method ?? "GET",
    path: (request.url ?? "/").split(/[?#]/, 1)[0] ?? "/",
    headers: request.headers,
    origin: `${scheme}://${request.headers.host ?? `${localAddress}:${localPort}`}`,
    readBody: () => readBody(request),
    done: new Promise((resolve) => finished(response, () => resolve())),
  };
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
      else reject(new GraphError(413, "RequestEntityTooLarge", { message: "The request body is too large." }));
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    const onClose = (): void => reject(badRequest("The connection was closed before the end of the request body."));
    request.once("close", onClose);
    if (request.destroyed) onClose();
  });
}

function send(
  content: HttpResponse,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): void {
  const { status, body, reset, headers } = content;
  const isText = typeof body === "string";
  const payload = body === undefined ? "" : isText ? body : JSON.stringify(body);
  // A response without a body has no middle.
  if (reset === "before" || (reset === "middle" && payload === "")) {
    request.socket.resetAndDestroy();
    return;
  }
  const type =
    body === undefined ? {} : { "Content-Type": `${isText ? "text/html" : "application/json"}; charset=utf-8` };
  const length = status === 204 ? {} : { "Content-Length": String(Buffer.byteLength(payload)) };
  response.writeHead(status, { ...type, ...length, ...headers });
  if (reset === "middle") response.write(payload.slice(0, payload.length / 2), () => request.socket.destroy());
  else response.end(payload);
}
