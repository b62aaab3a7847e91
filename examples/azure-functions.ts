// How do I receive notifications in an Azure Function (programming model 4)?
import { app, type HttpHandler } from "@azure/functions";
import { receiver } from "./receiver.ts";

export const calls: HttpHandler = (request) => receiver.fetch(request);

// "anonymous" requires no function key: the receiver verifies Graph's token.
app.http("calls", { methods: ["POST"], authLevel: "anonymous", handler: calls });

// Handlers run after the response. The host waits for them before it stops the instance.
app.hook.appTerminate(() => receiver.drain());
