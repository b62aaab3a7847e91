// What if express.json() comes before everything else?
import { toNodeHandler } from "@graph-dtmf/notifications/node";
import express from "express";
import { receiver } from "./receiver.ts";

const app = express();
app.use(express.json());
// It takes what was parsed: the token does not sign the body. But everybody's body is read now, before any token is
// looked at, and express.json() answers 415 to the charset Windows-1252, which Graph has been seen to declare.
app.post("/api/calls", toNodeHandler(receiver));

const server = app.listen(Number(process.env.PORT ?? 3978), () => console.log("listening", server.address()));
