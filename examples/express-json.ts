// What if express.json() runs before all routes?
import { toNodeHandler } from "@graph-dtmf/notifications/node";
import express from "express";
import { receiver } from "./receiver.ts";

const app = express();
app.use(express.json());
// The receiver accepts a parsed body, because the token does not sign the body. This order has two disadvantages: every
// body is read before its token is verified, and express.json() answers 415 to the charset Windows-1252, which Graph
// has been seen to declare.
app.post("/api/calls", toNodeHandler(receiver));

const server = app.listen(Number(process.env.PORT ?? 3978), () => console.log("listening", server.address()));
