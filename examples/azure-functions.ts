// How do I receive notifications in an Azure Function (programming model 4)?
import { app, type HttpHandler } from "@azure/functions";
import { receiver } from "./receiver.ts";

export const calls: HttpHandler = (request) => receiver.fetch(request);

// Anonymous to Azure: what lets a notification in is Graph's token, which the receiver verifies.
app.http("calls", { methods: ["POST"], authLevel: "anonymous", handler: calls });

// Handlers run after the answer. They are waited for before the instance goes.
app.hook.appTerminate(() => receiver.drain());
