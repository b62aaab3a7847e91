import { type Agent, type ClientRequest, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { Attempt, failure } from "./attempt.ts";
import type { HttpTransport, HttpTransportOptions } from "./http-transport.ts";

/** A transport over node:http and node:https, for an agent that makes the connections: for a proxy, for example. */
export function createAgentTransport(agent: Agent, options: HttpTransportOptions): HttpTransport {
  return {
    async send(request) {
      const { url, method, headers, body } = request;
      let outgoing: ClientRequest;
      try {
        outgoing = (url.startsWith("https:") ? httpsRequest : httpRequest)(url, { method, headers, agent });
      } catch (cause) {
        // An agent for the other protocol, for example.
        return { phase: "notSent", cause };
      }
      const breakOff = (cause: Error): void => attempt.breakOff(cause);
      outgoing.on("error", breakOff);
      const attempt = new Attempt(request, options, (cause) => outgoing.destroy(cause));
      outgoing.on("close", () => {
        // Only then: every request ends with this, and an error, with its stack, is not made for nothing.
        if (!attempt.isOver) breakOff(failure("ECONNRESET", "the connection was closed"));
      });
      outgoing.on("socket", (socket) =>
        onceConnected(socket, () => {
          if (outgoing.destroyed) return;
          attempt.leaves();
          outgoing.end(body);
        }),
      );
      outgoing.on("response", (response) => {
        attempt.answered(response.statusCode ?? 0, response.headers);
        response.on("error", breakOff);
        response.on("data", (chunk: Buffer) => attempt.take(chunk));
        response.on("end", () => attempt.complete());
      });
      return attempt.exchanged;
    },
    // The agent is the caller's, and stays open.
    async close() {},
  };
}

/** Calls back when bytes would really leave: at once on a connection that is used again or that a proxy agent made. */
function onceConnected(socket: Socket, connected: () => void): void {
  const tls = socket as Socket & { secureConnecting?: boolean; encrypted?: boolean };
  // It failed before it was ours, as where there is no network; its error is on the way.
  if (tls.destroyed) return;
  if (!tls.connecting && !tls.secureConnecting) connected();
  else socket.once(tls.encrypted ? "secureConnect" : "connect", connected);
}
