import { type Agent, type ClientRequest, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { Attempt } from "./attempt.ts";
import type { HttpTransport, HttpTransportOptions } from "./http-transport.ts";
import { createTransportError } from "./transport-error.ts";

/** Creates a transport over node:http and node:https. The agent makes the connections, for example through a proxy. */
export function createAgentTransport(agent: Agent, options: HttpTransportOptions): HttpTransport {
  return {
    async send(request) {
      const { url, method, headers, body } = request;
      let outgoing: ClientRequest;
      try {
        outgoing = (url.startsWith("https:") ? httpsRequest : httpRequest)(url, { method, headers, agent });
      } catch (cause) {
        // For example an agent of the other protocol.
        return { phase: "notSent", cause };
      }
      const fail = (cause: Error): void => attempt.fail(cause);
      outgoing.on("error", fail);
      const attempt = new Attempt(request, options, (cause) => outgoing.destroy(cause));
      outgoing.on("close", () => {
        if (!attempt.isSettled) fail(createTransportError("ECONNRESET", "the connection was closed"));
      });
      outgoing.on("socket", (socket) =>
        onConnected(socket, () => {
          if (outgoing.destroyed) return;
          attempt.markSent();
          outgoing.end(body);
        }),
      );
      outgoing.on("response", (response) => {
        attempt.markAnswered(response.statusCode ?? 0, response.headers);
        response.on("error", fail);
        response.on("data", (chunk: Buffer) => attempt.appendBody(chunk));
        response.on("end", () => attempt.complete());
      });
      return attempt.result;
    },
    // The caller closes the agent.
    async close() {},
  };
}

/**
 * Calls `connected` when the connection is established, TLS included: at once for a connection that is reused or that
 * the agent has established before.
 */
function onConnected(socket: Socket, connected: () => void): void {
  const tls = socket as Socket & { secureConnecting?: boolean; encrypted?: boolean };
  // The connection failed before the agent handed it over. Its error event follows.
  if (tls.destroyed) return;
  if (!tls.connecting && !tls.secureConnecting) connected();
  else socket.once(tls.encrypted ? "secureConnect" : "connect", connected);
}
