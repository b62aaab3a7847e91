import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Closed after the test. */
interface TestServer {
  port: number;
  /** The connections that were made to it. */
  connections: Socket[];
}

/** Starts a server that accepts connections and reads, but never responds. */
export async function startSilentServer(): Promise<TestServer & { received(): Buffer }> {
  const connections: Socket[] = [];
  const chunks: Buffer[] = [];
  const silent = createTcpServer((socket) => {
    connections.push(socket);
    socket.on("data", (chunk) => chunks.push(chunk)).on("error", () => {});
  });
  await once(silent.listen(0, "127.0.0.1"), "listening");
  onTestFinished(async () => {
    for (const socket of connections) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });
  return { port: (silent.address() as AddressInfo).port, connections, received: () => Buffer.concat(chunks) };
}

/** Starts a server of Node.js that responds, and records the tokens that it receives. */
export async function startHttpServer(server: Server): Promise<TestServer & { tokens: (string | undefined)[] }> {
  const connections: Socket[] = [];
  const tokens: (string | undefined)[] = [];
  server.on("connection", (socket) => connections.push(socket));
  server.on("request", (request, response) => {
    tokens.push(request.headers.authorization);
    request.resume().on("end", () => response.end('{"id":"op-1"}'));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, connections, tokens };
}
