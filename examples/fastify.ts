// How do I receive notifications in Fastify 5?
import { toNodeHandler } from "@graph-dtmf/notifications/node";
import fastify from "fastify";
import { receiver } from "./receiver.ts";

const app = fastify();
const handle = toNodeHandler(receiver);

app.register(async (door) => {
  // In here bodies stay unread: the receiver reads them itself, and only after the token.
  door.removeAllContentTypeParsers();
  door.addContentTypeParser("*", (_request, _payload, done) => done(null));
  door.post("/api/calls", (request, reply) => {
    reply.hijack();
    return handle(request.raw, reply.raw);
  });
});
app.get("/healthz", async () => "ok");

await app.listen({ port: Number(process.env.PORT ?? 3978) });
console.log("listening", app.server.address());
