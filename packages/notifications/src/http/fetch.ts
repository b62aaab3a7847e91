import type { Expirable } from "../collections/timer-wheel.ts";
import { type BodyLimits, type BodyReading, type BodySink, collectBody } from "./body.ts";
import type { NotificationAnswer, NotificationRequest } from "./notification-request.ts";

/** What a Request/Response platform offers beside the request. */
export interface FetchOptions {
  /** Keeps the platform awake until the handlers are done, where it would freeze after the answer. */
  waitUntil?(promise: Promise<unknown>): void;
}

/** What is read of a request: `Request` fits, and so do those of platforms that have one of their own. */
export type FetchRequest = Pick<Request, "method" | "headers" | "body" | "bodyUsed" | "text">;

/** The core, as this edge needs it. */
export interface FetchCore {
  receive<Presented>(
    request: NotificationRequest,
    present: (answer: NotificationAnswer) => Presented,
  ): Promise<Presented>;
  failed(error: unknown): void;
}

/** The edge for Request and Response. Never rejects. */
export function answerFetch(core: FetchCore, request: FetchRequest, options?: FetchOptions): Promise<Response> {
  return core.receive(new PresentedRequest(request), ({ status, headers, handle }) => {
    // The platform writes the answer first.
    if (handle && options?.waitUntil) {
      const handled = new Promise<void>((resolve) => afterwards(() => resolve(handle())));
      try {
        options.waitUntil(handled);
      } catch (error) {
        core.failed(error);
      }
    } else if (handle) afterwards(handle);
    return new Response(null, status === 202 ? ACCEPTED : { status, headers });
  });
}

/** Without headers, which some platforms would make an object of, and go through. */
const ACCEPTED = { status: 202 };

/**
 * Calls back when all is done that the answer has set going, in the async context of its request: handlers, and what
 * traces them, are to find themselves in that. To wait for the next turn of the event loop would cost as much as to read
 * the notification.
 */
const afterwards: (callback: () => unknown) => unknown =
  globalThis.process?.nextTick ?? globalThis.setImmediate ?? setTimeout;

/** A request as the core sees it, and its body on the way: one object, since there is one for each notification. */
class PresentedRequest implements NotificationRequest, Expirable {
  readonly method: string;
  readonly authorization: string | null;
  readonly contentLength: string | null;
  slot: Expirable["slot"];
  slotPrevious: Expirable | undefined;
  slotNext: Expirable | undefined;
  readonly #request: FetchRequest;
  #resolve: ((reading: BodyReading) => void) | undefined;

  constructor(request: FetchRequest) {
    const { method, headers } = request;
    this.method = method;
    this.authorization = headers.get("authorization");
    this.contentLength = headers.get("content-length");
    this.#request = request;
  }

  /** A body that is never asked for is not touched either: its connection is the platform's. */
  readBody(limits: BodyLimits): BodyReading | Promise<BodyReading> {
    const request = this.#request;
    if (request.bodyUsed) return { fault: "alreadyRead" };
    // A server lets no more through than was declared, and some platforms make a stream at five times the cost.
    if (this.contentLength !== null) return this.#readWhole(limits);
    const { body } = request;
    if (body?.locked) return { fault: "alreadyRead" };
    if (!body) return { body: new Uint8Array() };
    return collectBody((sink) => pump(body.getReader(), sink), limits);
  }

  /** What comes too late is not read by anybody; it is no more than was declared. */
  #readWhole({ maxBytes, timeoutMs, clock, timerWheel }: BodyLimits): Promise<BodyReading> {
    timerWheel.set(this, clock.now() + timeoutMs);
    return new Promise((resolve) => {
      this.#resolve = resolve;
      const came = (reading: BodyReading): void => {
        timerWheel.clear(this);
        resolve(reading);
      };
      this.#request.text().then(
        // No text has more characters than it had bytes.
        (body) => came(body.length > maxBytes ? { fault: "tooLarge" } : { body }),
        // As the standard has it for a body that somebody else reads.
        (error) => came({ fault: error instanceof TypeError ? "alreadyRead" : "incomplete" }),
      );
    });
  }

  expire(): void {
    this.#resolve?.({ fault: "tooSlow" });
  }
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
