import type { IncomingMessage, ServerResponse } from "node:http";
import { type Clock, systemClock } from "@graph-dtmf/models";
import { NodeRequest } from "./http/node-request.ts";
import type { NotificationReceiver } from "./receiver/notification-receiver.ts";

/** Handles one request of `node:http`, or of a framework on top of it. Resolves once it was answered; never rejects. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** How long the rest of a refused body is read past, so that its sender gets to hear the answer. */
const LINGER_MS = 2_000;

/**
 * Makes a request handler for `node:http`, Express, and the raw requests of other frameworks.
 *
 * Mount it before body parsers if you can. Behind one it takes what the parser left in `request.body` (an object, a
 * text, a Buffer): the token does not sign the body, so nothing is lost.
 *
 * @example
 * createServer(toNodeHandler(receiver)).listen(3978);
 */
export function toNodeHandler(
  receiver: Pick<NotificationReceiver, "receive">,
  { clock = systemClock }: { clock?: Clock } = {},
): NodeHandler {
  return async (request, response) => {
    // A connection may break at any time, and an error event that nobody listens to ends the process.
    request.on("error", ignore);
    response.on("error", ignore);
    const incoming = new NodeRequest(request);
    const answer = await receiver.receive(incoming);
    // A refusal may be quicker than the parser is with a body that has come in one piece with its head.
    if (!incoming.hasBody) await new Promise((resolve) => setImmediate(resolve));
    if (!response.headersSent && !response.destroyed) {
      const { status, headers } = answer;
      if (incoming.hasBody) response.writeHead(status, headers).end();
      else refuseRest(request, response.writeHead(status, { ...headers, ...CLOSING }), clock);
    }
    void answer.handle?.();
  };
}

const CLOSING = { connection: "close", "content-length": "0" } as const;

/**
 * Sends the answer at once, and closes when the body has ended, or after a while. Closing with bytes unread would
 * reset the connection, and often take the answer away from a sender that is still sending; not reading them would
 * keep it waiting.
 */
function refuseRest(request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  response.flushHeaders();
  const timer = clock.after(LINGER_MS, close);
  timer.unref();
  request.once("close", close).resume();
  function close(): void {
    timer.cancel();
    response.end();
  }
}

function ignore(): void {}
