import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** It is closed after the test. */
interface TestServer {
  port: number;
  /** The connections that were made to it. */
  connections: Socket[];
}

/** A server that accepts connections and reads, and never says a word. */
export async function startSilentServer(): Promise<TestServer & { received(): Buffer }> {
  const connections: Socket[] = [];
  const chunks: Buffer[] = [];
  const mute = createTcpServer((socket) => {
    connections.push(socket);
    socket.on("data", (chunk) => chunks.push(chunk)).on("error", () => {});
  });
  await once(mute.listen(0, "127.0.0.1"), "listening");
  onTestFinished(async () => {
    for (const socket of connections) socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
  });
  return { port: (mute.address() as AddressInfo).port, connections, received: () => Buffer.concat(chunks) };
}

/** A well-behaved server of Node's own, and the tokens that it was shown. */
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
