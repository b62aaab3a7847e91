// How do I receive notifications with nothing but Node.js?
import { createServer } from "node:http";
import { toNodeHandler } from "@graph-dtmf/notifications/node";
import { receiver } from "./receiver.ts";

const server = createServer(toNodeHandler(receiver));

process.once("SIGTERM", async () => {
  server.close();
  await receiver.drain(); // the handlers of answered notifications finish before the process ends
});

server.listen(Number(process.env.PORT ?? 3978), () => console.log("listening", server.address()));
