import type { Agent } from "node:http";
import type { Clock } from "@graph-dtmf/models";
import { createAgentTransport } from "./agent-transport.ts";
import type { Exchanged } from "./exchange.ts";
import { createPoolTransport } from "./pool-transport.ts";

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

/**
 * Sends single requests and tells how far each got. It never throws, never retries, follows no redirect, and hands over
 * no byte before a connection stands: a request that could not connect is certainly unsent.
 */
export interface HttpTransport {
  send(request: HttpRequest): Promise<Exchanged>;
  /** Lets requests under way end, then closes the connections. */
  close(): Promise<void>;
}

/** What a transport needs. */
export interface HttpTransportOptions {
  clock: Clock;
  responseTimeoutMs: number;
}

/** A transport over the caller's agent, which makes the connections and stays open, or over connections of our own. */
export function createHttpTransport({
  agent,
  ...options
}: HttpTransportOptions & { agent?: Agent | undefined }): HttpTransport {
  const transport = agent ? createAgentTransport(agent, options) : createPoolTransport(options);
  const underWay = new Set<Promise<Exchanged>>();
  return {
    send(request) {
      const exchanged = transport.send(request);
      underWay.add(exchanged);
      const forget = (): unknown => underWay.delete(exchanged);
      exchanged.then(forget, forget);
      return exchanged;
    },
    async close() {
      await Promise.all(underWay);
      await transport.close();
    },
  };
}
