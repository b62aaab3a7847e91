// How do I receive notifications in Express 5?
import { toNodeHandler } from "@graph-dtmf/notifications/node";
import express from "express";
import { receiver } from "./receiver.ts";

const app = express();
// Mount it before any body parser: the receiver verifies the token first, and then reads the body in any charset.
app.post("/api/calls", toNodeHandler(receiver));
app.use(express.json());
app.get("/healthz", (_, response) => {
  response.sendStatus(200);
});

const server = app.listen(Number(process.env.PORT ?? 3978), () => console.log("listening", server.address()));
