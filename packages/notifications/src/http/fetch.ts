import { type BodyLimits, type BodyReading, type BodySink, collectBody } from "./body.ts";
import type { NotificationRequest, Receive } from "./notification-request.ts";

/** Functions of the platform, passed along with the request. */
export interface FetchOptions {
  /** Keeps the platform running until the handlers are done, if it suspends the process after the answer. */
  waitUntil?(promise: Promise<unknown>): void;
}

/** The members of a request that are used: `Request`, or the equivalent class of a platform. */
export type FetchRequest = Pick<Request, "method" | "headers" | "body" | "bodyUsed" | "text">;

/** What {@link answerFetch} needs of the receiver. */
export interface FetchReceiver {
  receive: Receive;
  reportError(error: unknown): void;
}

/** Answers a request of a Request/Response platform. Never rejects. */
export async function answerFetch(
  { receive, reportError }: FetchReceiver,
  request: FetchRequest,
  options?: FetchOptions,
): Promise<Response> {
  const { status, headers, handle } = await receive(toNotificationRequest(request));
  if (handle && options?.waitUntil) {
    const handled = new Promise<void>((resolve) => runAfterAnswer(() => resolve(handle())));
    try {
      options.waitUntil(handled);
    } catch (error) {
      reportError(error);
    }
  } else if (handle) runAfterAnswer(handle);
  return new Response(null, { status, headers });
}

/**
 * Runs a callback after the platform has written the answer, in the async context of the request, so that handlers and
 * tracing find that context.
 */
const runAfterAnswer: (callback: () => unknown) => unknown =
  globalThis.process?.nextTick ?? globalThis.setImmediate ?? setTimeout;

function toNotificationRequest(request: FetchRequest): NotificationRequest {
  const { method, headers } = request;
  const contentLength = headers.get("content-length");
  return {
    method,
    authorization: headers.get("authorization"),
    contentLength,
    readBody(limits) {
      if (request.bodyUsed) return { fault: "alreadyRead" };
      // With a Content-Length the server limits the body. Some platforms are slow to create a stream, so read the text.
      if (contentLength !== null) return readText(request, limits);
      const { body } = request;
      if (body?.locked) return { fault: "alreadyRead" };
      if (!body) return { body: new Uint8Array() };
      return collectBody((sink) => pump(body.getReader(), sink), limits);
    },
  };
}

function readText(request: FetchRequest, { maxBytes, timeoutMs, clock }: BodyLimits): Promise<BodyReading> {
  return new Promise((resolve) => {
    const timer = clock.after(timeoutMs, () => resolve({ fault: "tooSlow" }));
    timer.unref();
    const finish = (reading: BodyReading): void => {
      timer.cancel();
      resolve(reading);
    };
    request.text().then(
      // A text never has more characters than bytes.
      (body) => finish(body.length > maxBytes ? { fault: "tooLarge" } : { body }),
      // Fetch standard: a body that is used or locked rejects with a TypeError.
      (error) => finish({ fault: error instanceof TypeError ? "alreadyRead" : "incomplete" }),
    );
  });
}

/** Reads a stream into a sink. Returns a function that stops it. */
function pump(reader: ReadableStreamDefaultReader<Uint8Array>, sink: BodySink): () => void {
  let isStopped = false;
  let isDone = false;
  const readAll = async (): Promise<void> => {
    while (!isStopped) {
      const { done, value } = await reader.read();
      isDone = done;
      if (done) sink.end();
      else if (value instanceof Uint8Array) sink.chunk(value);
      else sink.abort();
    }
  };
  readAll().catch(() => sink.abort());
  return () => {
    isStopped = true;
    // Delayed, because on some platforms it closes the connection, and the answer has to be sent first.
    if (!isDone) setTimeout(() => reader.cancel().catch(() => {}), 0);
  };
}
