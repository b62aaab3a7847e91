// How do I receive notifications with Node.js only?
import { createServer } from "node:http";
import { toNodeHandler } from "@graph-dtmf/notifications/node";
import { receiver } from "./receiver.ts";

const server = createServer(toNodeHandler(receiver));

process.once("SIGTERM", async () => {
  server.close();
  await receiver.drain(); // waits for the handlers of answered notifications
});

server.listen(Number(process.env.PORT ?? 3978), () => console.log("listening", server.address()));
