import { createServer, request as httpRequest, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "@graph-dtmf/models";
import { toNodeHandler } from "../node.ts";
import type { NotificationReceiver } from "../receiver/notification-receiver.ts";

/** A request of a test. */
export interface Post {
  method?: string;
  /** One header for each value. Default: a valid token. */
  authorization?: readonly string[];
  headers?: Readonly<Record<string, string>>;
  /** Sent in these chunks. */
  body?: string | Uint8Array | readonly Uint8Array[];
  /** Keeps the body open after its last chunk. */
  endless?: boolean;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: string;
}

/** A receiver that accepts requests. */
interface OpenEdge {
  send(post: Post): Promise<Answer>;
  close(): Promise<void>;
}

/** One of the two adapters of a receiver. Tests run with both. */
export interface Edge {
  name: string;
  open(receiver: NotificationReceiver, clock: Clock): Promise<OpenEdge>;
}

export const GOOD = "Bearer good";

export const fetchEdge: Edge = {
  name: "fetch",
  open: async ({ fetch }) => ({
    async send(post) {
      const response = await fetch(toRequest(post));
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
    close: async () => {},
  }),
};

export const nodeEdge: Edge = {
  name: "node:http",
  async open(receiver, clock) {
    const { port, close } = await listen(toNodeHandler(receiver, { clock }));
    return { send: (post) => sendOverHttp(port, post), close };
  },
};

export const edges: readonly Edge[] = [fetchEdge, nodeEdge];

/** Starts a server on a free port of this machine. */
export async function listen(listener: RequestListener): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Converts the request to a `Request`. */
export function toRequest(post: Post): Request {
  const { method = "POST", authorization = [GOOD], endless = false } = post;
  const headers = new Headers(post.headers);
  for (const value of authorization) headers.append("authorization", value);
  const body = method === "GET" || method === "HEAD" ? null : streamOf(piecesOf(post), endless);
  return new Request("http://127.0.0.1/callback", { method, headers, body, ...{ duplex: "half" } });
}

function streamOf(pieces: readonly Uint8Array[], endless: boolean): ReadableStream<Uint8Array> | null {
  if (pieces.length === 0 && !endless) return null;
  const left = [...pieces];
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = left.shift();
      if (next) controller.enqueue(next);
      else if (!endless) controller.close();
      // An endless body stays pending, so that it is not polled.
      return next || !endless ? undefined : new Promise<void>(() => {});
    },
  });
}

export function sendOverHttp(port: number, post: Post): Promise<Answer> {
  const { method = "POST", authorization = [GOOD], endless = false } = post;
  // A flat list, because an object cannot hold a header twice.
  const headers = ["host", "127.0.0.1", "connection", "keep-alive", ...Object.entries(post.headers ?? {}).flat()];
  for (const value of authorization) headers.push("authorization", value);
  if (isChunked(post)) headers.push("transfer-encoding", "chunked");
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, method, agent: false, headers }, (response) => {
      let body = "";
      const done = (): void => {
        resolve({ status: response.statusCode ?? 0, headers: new Headers(flat(response.headers)), body });
        request.destroy();
      };
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", done);
    });
    // The server may close the connection of a body that continues after the answer.
    request.on("error", reject);
    for (const piece of piecesOf(post)) request.write(piece);
    if (endless) request.flushHeaders();
    else request.end();
  });
}

function isChunked({ method = "POST", headers }: Post): boolean {
  return method === "POST" && !(headers && "content-length" in headers);
}

function piecesOf({ body = [] }: Post): readonly Uint8Array[] {
  if (typeof body === "string") return [Buffer.from(body)];
  return body instanceof Uint8Array ? [body] : body;
}

function flat(headers: NodeJS.Dict<string | string[]>): [string, string][] {
  return Object.entries(headers).map(([name, value]) => [name, String(value)]);
}
