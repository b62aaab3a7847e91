// How do I receive notifications in Fastify 5?
import { toNodeHandler } from "@graph-dtmf/notifications/node";
import fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { receiver } from "./receiver.ts";

const app = fastify();
const handle = toNodeHandler(receiver);

function onRequest(request: FastifyRequest, reply: FastifyReply): void {
  // In this hook the body is unread: the receiver verifies the token first, and then reads the body.
  reply.hijack();
  void handle(request.raw, reply.raw);
}

app.post("/api/calls", { onRequest }, () => {});
app.get("/healthz", async () => "ok");

await app.listen({ port: Number(process.env.PORT ?? 3978) });
console.log("listening", app.server.address());
