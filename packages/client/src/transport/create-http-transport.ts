import type { Agent } from "node:http";
import { createAgentTransport } from "./agent-transport.ts";
import type { ExchangeResult, HttpTransport, HttpTransportOptions } from "./http-transport.ts";
import { createUndiciTransport } from "./undici-transport.ts";

/** Creates a transport over the caller's agent, which stays open, or over a pool of undici. */
export function createHttpTransport({
  agent,
  ...options
}: HttpTransportOptions & { agent?: Agent | undefined }): HttpTransport {
  const transport = agent ? createAgentTransport(agent, options) : createUndiciTransport(options);
  const inFlight = new Set<Promise<ExchangeResult>>();
  return {
    send(request) {
      const result = transport.send(request);
      inFlight.add(result);
      const remove = (): unknown => inFlight.delete(result);
      result.then(remove, remove);
      return result;
    },
    async close() {
      await Promise.all(inFlight);
      await transport.close();
    },
  };
}
