import type { Timer } from "@graph-dtmf/models";
import { type BodyLimits, type BodyReading, type BodySink, collectBody } from "./body.ts";
import type { NotificationRequest, Receive } from "./notification-request.ts";

/** What a Request/Response platform offers beside the request. */
export interface FetchOptions {
  /** Keeps the platform awake until the handlers are done, where it would freeze after the answer. */
  waitUntil?(promise: Promise<unknown>): void;
}

/** What is read of a request: `Request` fits, and so do those of platforms that have one of their own. */
export type FetchRequest = Pick<Request, "method" | "headers" | "body" | "bodyUsed" | "text">;

/** The core, as this edge needs it. */
export interface FetchCore {
  receive: Receive;
  failed(error: unknown): void;
}

/** The edge for Request and Response. Never rejects. */
export async function answerFetch(core: FetchCore, request: FetchRequest, options?: FetchOptions): Promise<Response> {
  const { status, headers, handle } = await core.receive(present(request));
  if (handle) {
    const handled = afterAnswer(handle);
    try {
      options?.waitUntil?.(handled);
    } catch (error) {
      core.failed(error);
    }
  }
  return new Response(null, status === 202 ? ACCEPTED : { status, headers });
}

/** Without headers, which some platforms would make an object of, and go through. */
const ACCEPTED = { status: 202 };

/** The platform writes the answer in this turn of the event loop; the handlers have the next. */
function afterAnswer(handle: () => Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    nextTurn(() => resolve(handle()));
  });
}

/** A timer wakes the event loop up once more, which costs as much as reading the notification. */
const nextTurn: (callback: () => void) => unknown = globalThis.setImmediate ?? setTimeout;

function present(request: FetchRequest): NotificationRequest {
  const contentLength = request.headers.get("content-length");
  return {
    method: request.method,
    authorization: request.headers.get("authorization"),
    contentLength,
    readBody: (limits) => readBody(request, contentLength, limits),
  };
}

/** A body that is never asked for is not touched either: its connection is the platform's. */
async function readBody(request: FetchRequest, declared: string | null, limits: BodyLimits): Promise<BodyReading> {
  if (request.bodyUsed) return { fault: "alreadyRead" };
  // A server lets no more through than was declared, and some platforms make a stream at five times the cost.
  if (declared !== null && Number(declared) <= limits.maxBytes) return readWhole(request, limits);
  const { body } = request;
  if (body?.locked) return { fault: "alreadyRead" };
  if (!body) return { body: new Uint8Array() };
  return collectBody((sink) => pump(body.getReader(), sink), limits);
}

/** What comes too late is not read by anybody; it is no more than was declared. */
function readWhole(request: FetchRequest, { maxBytes, timeoutMs, clock }: BodyLimits): Promise<BodyReading> {
  return new Promise((resolve) => {
    let timer: Timer | undefined;
    let isRead = false;
    const finish = (reading: BodyReading): void => {
      isRead = true;
      timer?.cancel();
      resolve(reading);
    };
    // Most bodies are there by then, and need no timer.
    nextTurn(() => {
      if (!isRead) timer = clock.after(timeoutMs, () => resolve({ fault: "tooSlow" }));
    });
    request.text().then(
      // No text has more characters than it had bytes.
      (text) => finish(text.length > maxBytes ? { fault: "tooLarge" } : { body: text }),
      // As the standard has it for a body that somebody else reads.
      (error) => finish({ fault: error instanceof TypeError ? "alreadyRead" : "incomplete" }),
    );
  });
}

/** Returns what stops it. */
function pump(reader: ReadableStreamDefaultReader<Uint8Array>, sink: BodySink): () => void {
  let isStopped = false;
  let isRead = false;
  const read = async (): Promise<void> => {
    while (!isStopped) {
      const { done, value } = await reader.read();
      isRead = done;
      if (done) sink.end();
      else if (value instanceof Uint8Array) sink.chunk(value);
      else sink.broken();
    }
  };
  read().catch(() => sink.broken());
  return () => {
    isStopped = true;
    // Later, because on some platforms it closes the connection, and the answer has to get out first.
    if (!isRead) setTimeout(() => reader.cancel().catch(() => {}), 0);
  };
}
