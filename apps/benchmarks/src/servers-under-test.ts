import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { parseCallAutomationEvent } from "@azure/communication-call-automation";
import {
  createGraphCallingVerifier,
  createNotificationReceiver,
  createOperationTracker,
} from "@graph-dtmf/notifications";
import { toNodeHandler } from "@graph-dtmf/notifications/node";
import { serve } from "@hono/node-server";
import express from "express";
import fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { Hono } from "hono";
import { createRemoteJWKSet, jwtVerify } from "jose";

// The program of one server, which runs in a child process. The benchmark measures its CPU time.

const [name = "", keysUrl = "", openIdConfigurationUrl = "", appId = "", tenantId = ""] = process.argv.slice(2);

const receiver = (() => {
  const verifier = createGraphCallingVerifier({ appId, tenantIds: [tenantId], openIdConfigurationUrl });
  const made = createNotificationReceiver({ verifier, operations: createOperationTracker() });
  made.on("operation", countNotification);
  return made;
})();
const keys = createRemoteJWKSet(new URL(keysUrl));
let count = 0;

/** The handler of every server. */
function countNotification(): void {
  count++;
}

async function verify(authorization: string | undefined): Promise<void> {
  const token = authorization?.slice("Bearer ".length) ?? "";
  await jwtVerify(token, keys, { algorithms: ["RS256"], audience: appId, issuer: "https://api.botframework.com" });
}

/** A minimal server: checks the token, reads the body, parses it and responds. */
function minimal(check: (authorization: string | undefined) => Promise<void> | void): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      await check(request.headers.authorization);
      JSON.parse(Buffer.concat(chunks).toString());
      countNotification();
      response.writeHead(202).end();
    });
  };
}

function expressWith(handle: express.RequestHandler, parser?: express.RequestHandler): RequestListener {
  const app = express();
  if (parser) app.use(parser);
  app.post("/api/calls", handle);
  return app;
}

const accept: express.RequestHandler = (_, response) => {
  countNotification();
  // Without a body, as in the other servers. `sendStatus` would write a text and hash it.
  response.status(202).end();
};

function fastifyWith(isOurs: boolean): Promise<Server> {
  const app = fastify();
  const handle = toNodeHandler(receiver);
  const onRequest = (request: FastifyRequest, reply: FastifyReply): void => {
    reply.hijack();
    void handle(request.raw, reply.raw);
  };
  if (isOurs) app.post("/api/calls", { onRequest }, () => {});
  else {
    app.post("/api/calls", (_, reply) => {
      countNotification();
      return reply.code(202).send();
    });
  }
  return app.listen({ port: 0, host: "127.0.0.1" }).then(() => app.server);
}

function honoWith(isOurs: boolean): Server {
  const app = new Hono();
  // Both as the documentation of Hono recommends.
  if (isOurs) app.post("/api/calls", (context) => receiver.fetch(context.req.raw));
  else {
    app.post("/api/calls", async (context) => {
      await context.req.json();
      countNotification();
      return context.body(null, 202);
    });
  }
  return serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
}

const servers: Record<string, () => Server | Promise<Server>> = {
  minimal: () => createServer(minimal(() => {})),
  ours: () => createServer(toNodeHandler(receiver)),
  minimalJose: () => createServer(minimal(verify)),
  expressJose: () =>
    createServer(
      expressWith(async (request, response, next) => {
        await verify(request.headers.authorization);
        accept(request, response, next);
      }, express.json()),
    ),
  expressAzure: () =>
    createServer(
      expressWith((request, response, next) => {
        for (const event of request.body as Record<string, unknown>[]) parseCallAutomationEvent(event);
        accept(request, response, next);
      }, express.json()),
    ),
  express: () => createServer(expressWith(accept, express.json())),
  expressOurs: () => createServer(expressWith(toNodeHandler(receiver))),
  fastify: () => fastifyWith(false),
  fastifyOurs: () => fastifyWith(true),
  hono: () => honoWith(false),
  honoOurs: () => honoWith(true),
};

const server = await servers[name]?.();
if (!server) throw new Error(`expected ${Object.keys(servers).join(", ")}, got ${name}`);
if (!server.listening) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
// Answers each message with the CPU time and the number of notifications so far.
process.on("message", async () => {
  await receiver.drain();
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuUs: user + system, count });
});
process.on("disconnect", () => process.exit());
process.send?.({ port: (server.address() as AddressInfo).port });
