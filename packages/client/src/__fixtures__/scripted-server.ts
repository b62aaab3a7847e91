import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A request that the server received completely. */
interface ReceivedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** What the server does after it has received a request. */
export type Behaviour = (socket: Socket) => void;

export interface ScriptedServer {
  url: string;
  /** Every request, in order. */
  requests: ReceivedRequest[];
  /** The behaviour for each next request. Without one the server does not respond. */
  behaviours: Behaviour[];
  /** Resolves when the server has received that many requests. */
  received(count: number): Promise<ReceivedRequest[]>;
  /** Open connections. */
  sockets: Set<Socket>;
  close(): Promise<void>;
}

/** Starts a TCP server that reads HTTP requests and responds as a test defines. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const requests: ReceivedRequest[] = [];
  const behaviours: Behaviour[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let bytes = "";
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    socket.on("data", (chunk) => {
      bytes += chunk.toString("latin1");
      for (let parsed = parse(bytes); parsed; parsed = parse(bytes)) {
        bytes = parsed.rest;
        requests.push(parsed.request);
        behaviours.shift()?.(socket);
        for (const { count, resolve } of waiting) if (requests.length >= count) resolve();
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    behaviours,
    sockets,
    async received(count) {
      if (requests.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }));
      return requests;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

function parse(bytes: string): { request: ReceivedRequest; rest: string } | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = bytes.slice(0, end).split("\r\n");
  const [method = "", path = ""] = first.split(" ");
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const length = Number(headers["content-length"] ?? 0);
  const body = bytes.slice(end + 4, end + 4 + length);
  if (body.length < length) return undefined;
  return { request: { method, path, headers, body }, rest: bytes.slice(end + 4 + length) };
}

/** Responds, and keeps the connection open. */
export function respond(status: number, body: unknown = "", headers: Record<string, string> = {}): Behaviour {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const lines = Object.entries({ "content-length": String(Buffer.byteLength(text)), ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return (socket) => socket.write(`HTTP/1.1 ${status} Whatever\r\n${lines.join("")}\r\n${text}`);
}

/** Responds with an accepted operation, as Graph does. */
export function accept(operation: object = {}): Behaviour {
  return respond(200, { id: "op-1", status: "running", ...operation }, { "content-type": "application/json" });
}

/** Resets the connection, as a crash or a firewall does. */
export const reset: Behaviour = (socket) => socket.resetAndDestroy();

/** Closes the connection without a response. */
export const closeConnection: Behaviour = (socket) => socket.end();

/** Starts a response and closes the connection within it. */
export const truncate: Behaviour = (socket) => {
  socket.write('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"id":"op-1",');
  socket.end();
};

/** Does not respond. */
export const silent: Behaviour = () => {};
