// How do I receive notifications in Hono, or on any platform with Request and Response?
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { receiver } from "./receiver.ts";

const app = new Hono();
app.post("/api/calls", ({ req }) => receiver.fetch(req.raw));
app.get("/healthz", (context) => context.text("ok"));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3978) }, (address) => console.log("listening", address));
